"""What `python -m stc_jax.report` does, once its flags are read."""

import itertools
import pathlib
from collections.abc import Sequence

from rich.console import Console

from stc_jax.errors import InputError
from stc_jax.report import (
  accuracy,
  cost,
  detection,
  figures,
  page,
  run_folder,
  strips,
)
from stc_jax.report.page import Picture, Section
from stc_jax.report.run_folder import Run
from stc_jax.report.table import Table

# Of which any picture may be shown to anyone.
_RENDERED = 'synthetic_faces'
_OWN_FOLDER = (
  'Click on a cell to see the clips that went wrong. These pictures show the faces of '
  'a database: this page is for the folder of who holds its licence; --faces=no makes '
  'one that may be sent on.'
)
_CLICK = 'Click on a cell to see the clips that went wrong.'
_NO_FACES = (
  'Click on a cell to see which clips went wrong. Without faces, by --faces=no.'
)


def main(folders: Sequence[str], out: str, faces: bool, note: str) -> None:
  """Writes the report of runs and studies, and prints where.

  Args:
    folders: of runs and studies.
    out: where to; '': `report` in the first folder.
    faces: whether pictures of clips are shown.
    note: a sentence for every caption; may be empty.

  Raises:
    InputError: there is no finished run in them, or a file can't be read.
  """
  paths = [pathlib.Path(folder) for folder in folders]
  where = pathlib.Path(out) if out else paths[0] / 'report'
  write(paths, where, faces, note, Console())


def write(
  folders: Sequence[pathlib.Path],
  where: pathlib.Path,
  faces: bool,
  note: str,
  console: Console,
) -> None:
  """Writes index.html, MODEL_CARD.md, tables and figures; see `main`."""
  runs, missing = run_folder.found(folders)
  for words in missing:
    console.print(f'not in the report: {words}', highlight=False, soft_wrap=True)
  runs.sort(key=lambda run: run.told)  # stable: each dataset's keep their order
  sections = [
    _section(list(of_one), faces, note)
    for _, of_one in itertools.groupby(runs, key=lambda run: run.told)
  ]
  for number, section in enumerate(sections, start=1):
    below = str(number) if len(sections) > 1 else ''
    for table in section.tables.values():
      for kind in ('markdown', 'csv', 'latex'):
        text, end = getattr(table, kind)(), {'markdown': 'md', 'latex': 'tex'}
        name = f'{table.name}.{end.get(kind, kind)}'
        _write(where / 'tables' / below / name, text)
    for picture in section.pictures:
      _write(where / 'figures' / below / f'{picture.name}.svg', picture.svg)
  _write(where / 'MODEL_CARD.md', page.model_card(sections))
  _write(where / 'index.html', page.html(sections, missing))
  console.print(f'report: {where}/index.html', highlight=False, soft_wrap=True)


def _section(runs: list[Run], faces: bool, note: str) -> Section:
  caption = _caption(runs, note)
  if runs[0].is_detection:
    tested = [run for run in runs if run.summary['trial_f1_mean'] is not None]
    tables, pictures = _of_units(tested, caption), _unit_pictures(tested)
    return Section(runs[0].title, caption, runs, tables, pictures, {}, '', ())
  tested = [run for run in runs if run.summary['trial_accuracy_mean'] is not None]
  if not tested:
    tables = {'cost': cost.cost_table(runs, caption)}
    return Section(runs[0].title, caption, runs, tables, (), {}, '', ())
  shown, said = _strips(tested) if faces else ({}, _NO_FACES)
  return Section(
    title=runs[0].title,
    caption=caption,
    runs=tested,
    tables=_of_clips(tested, caption),
    pictures=_clip_pictures(tested),
    strips=shown,
    strips_said=said,
    hardest=strips.hardness(tested)[: strips.HARDEST],
  )


def _of_clips(runs: Sequence[Run], caption: str) -> dict[str, Table]:
  made = [accuracy.accuracy_table(runs, caption)]
  if len(runs) > 1:
    made.append(accuracy.pairs_table(runs, caption))
  made += [
    accuracy.classes_table(runs, caption),
    accuracy.calibration_table(runs, caption),
    cost.cost_table(runs, caption),
    cost.provenance_table(runs, caption),
    accuracy.subjects_table(runs, caption),
  ]
  return {table.name: table for table in made}


def _of_units(runs: Sequence[Run], caption: str) -> dict[str, Table]:
  if not runs:
    return {}
  made = (
    detection.published_table(runs, caption),
    detection.detection_table(runs, caption),
    cost.cost_table(runs, caption),
    cost.provenance_table(runs, caption),
  )
  return {table.name: table for table in made}


def _clip_pictures(runs: Sequence[Run]) -> list[Picture]:
  """Depths of one model have a figure of their own, and no place in the others."""
  of_depth = figures.depths(runs)
  methods = [run for run in runs if not run.name.endswith(' layers')] or list(runs)
  made = [
    Picture('classes', 'Accuracy of each class.', figures.class_bars(methods)),
    Picture('curves', 'Training loss.', figures.curves(methods)),
    Picture(
      'reliability',
      'Reliability: accuracy of tested clips against confidence.',
      figures.reliability(methods),
    ),
    Picture(
      'subjects',
      f'How the accuracy of {methods[-1].name} spreads over subjects.',
      figures.subjects(methods[-1]),
    ),
  ]
  if of_depth:
    words = 'Accuracy of STC-NLSTM by conv layers; bars are the deviation over trials.'
    made.insert(1, Picture('layers', words, figures.layers(of_depth)))
  return made


def _unit_pictures(runs: Sequence[Run]) -> list[Picture]:
  if not runs:
    return []
  words = 'F1 and AUC of each action unit, beside the floor.'
  return [
    Picture('action_units', words, figures.action_units(runs)),
    Picture('curves', 'Training loss.', figures.curves(runs)),
  ]


def _strips(runs: Sequence[Run]) -> tuple[dict[str, bytes], str]:
  """Film strips, and what is to be said of them."""
  try:
    shown = strips.strips(runs[0], strips.wanted(runs))
  except InputError as error:
    return {}, f'Click on a cell to see which clips went wrong. No pictures: {error}.'
  return shown, _CLICK if runs[0].database == _RENDERED else _OWN_FOLDER


def _caption(runs: Sequence[Run], note: str) -> str:
  """How the runs were trained; where that differs, each way of it."""
  words = list(dict.fromkeys(_training(run) for run in runs))
  said = f'{" Or: ".join(words)}'
  if runs[0].database == _RENDERED:
    said += ' Synthetic data: rendered faces say nothing about people.'
  return f'{said} {note}'.strip()


def _training(run: Run) -> str:
  training, protocol = run.config['training'], run.config['protocol']
  steps = sum(count for count, _ in training['stages'])
  kind, repeats = protocol['kind'], protocol['repeats']
  words = f'{protocol["folds"]} folds by {protocol["unit"]}'
  words = words if kind == 'folds' else f'protocol {kind!r}'
  times = f', {repeats} times' if repeats > 1 else ''
  return (
    f'Trained for {steps:,} steps of {training["batch_size"]}; {words}{times}, '
    f'{len(run.trials)} trials.'
  )


def _write(path: pathlib.Path, text: str) -> None:
  """Writes a file whole or not at all."""
  path.parent.mkdir(parents=True, exist_ok=True)
  part = path.with_name(f'{path.name}.part')
  part.write_text(text, encoding='utf-8')
  part.replace(path)
