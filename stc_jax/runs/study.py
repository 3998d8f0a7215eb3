"""A study: runs of one launch file that differ in some fields, side by side.

Field `study` of a launch file says which: pairs of each run's name and what it has
otherwise, ('STC', {'model': 'stc'}). Every run is an ordinary one in its own folder.
"""

import csv
import itertools
import pathlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from rich.console import Console
from rich.table import Table

from stc_jax.errors import InputError
from stc_jax.evaluation import statistics
from stc_jax.report import study_table
from stc_jax.runs import classification, folder, results
from stc_jax.runs.config import Experiment, from_sections

_FLOORS = {
  'static floor (HOG, linear SVM)': 'floor_accuracy',
  'temporal floor (HOG of the change, linear SVM)': 'temporal_floor_accuracy',
}


def experiments(
  sections: Mapping[str, Any], set_fields: Sequence[str] = ()
) -> dict[str, Experiment]:
  """The runs of a launch file with a field `study`, by name, in their order.

  Args:
    sections: of the launch file.
    set_fields: on the command line; they hold for every run.

  Raises:
    InputError: a run sets a field that isn't there, or has one out of its range; or two
      runs are the same.
  """
  common = {name: value for name, value in sections.items() if name != 'study'}
  found = {}
  for name, fields in _pairs(sections['study']):
    try:
      found[name] = from_sections(_merged(common, _without(fields, set_fields)))
    except InputError as error:
      raise InputError(f'study {name!r}: {error}') from error
  for (name, one), (other, two) in itertools.combinations(found.items(), 2):
    if one.decisive() == two.decisive():
      raise InputError(
        f'study: {name!r} and {other!r} are the same run; set no field in which they '
        'differ'
      )
  return found


def _without(
  fields: Mapping[str, Any], set_fields: Sequence[str], path: str = ''
) -> dict:
  """A run's own fields but for those, such as 'training.stages'."""
  return {
    name: _without(value, set_fields, f'{path}{name}.')
    if isinstance(value, Mapping)
    else value
    for name, value in fields.items()
    if path + name not in set_fields
  }


def _pairs(given: Any) -> Sequence[tuple[str, Mapping[str, Any]]]:
  """What a launch file has as `study`, checked."""
  is_pairs = isinstance(given, Sequence) and all(
    isinstance(pair, Sequence)
    and len(pair) == 2
    and isinstance(pair[0], str)
    and isinstance(pair[1], Mapping)
    for pair in given
  )
  names = [pair[0] for pair in given] if is_pairs else []
  if not names or len(set(names)) < len(names) or '/' in ''.join(names):
    raise InputError(
      "study: must be pairs such as ('STC', {'model': 'stc'}), each of another name, "
      'without a slash'
    )
  return given


def _merged(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict:
  """`common` with what `own` has otherwise, section by section."""
  sections = {
    name: _merged(common.get(name, {}), value) if isinstance(value, Mapping) else value
    for name, value in own.items()
  }
  return {**common, **sections}


def folder_of(workdir: pathlib.Path, name: str) -> pathlib.Path:
  """Of one of a study's runs."""
  return workdir / name.replace(' ', '_').replace("'", '')


def compared(
  workdir: pathlib.Path, base: pathlib.Path
) -> dict[str, float | int] | None:
  """By how much a run of clips is above another: `statistics.paired` over subjects.

  Each clip counts in each repeat. None where they didn't test the same clips, or none.
  """
  rights, others = _rights(workdir), _rights(base)
  if not rights or rights.keys() != others.keys():
    return None
  differences = _by_subject(rights, others)
  return statistics.paired(differences) if len(differences) > 1 else None


def print_comparison(
  workdir: pathlib.Path, experiments: Mapping[str, Experiment], console: Console
) -> None:
  """Prints a row for each of a study's runs, beside the last.

  Differences are means over subjects, with a sign-flip test; beside it the corrected
  test over trials of Nadeau & Bengio 2003. Writes `study.json` and, of clips,
  `study.md`, which has what is published, too.
  """
  *_, base = experiments
  rows = {name: _row(workdir, name, base) for name in experiments}
  folder.write(workdir / 'study.json', folder.as_json(rows))
  table = Table(title='study')
  for column in ('run', 'score', '±', f'over {base}', 'p, subjects', 'p, trials'):
    table.add_column(column, justify='left' if column == 'run' else 'right')
  forms = ('{:.1%}', '{:.1%}', '{:+.1%}', '{:.4f}', '{:.4f}')
  for name, row in rows.items():
    cells = zip(row.values(), forms, strict=True)
    words = ['' if value is None else form.format(value) for value, form in cells]
    table.add_row(name, *words)
  console.print(table)
  names = 'study.json'
  if experiments[base].task.kind == 'classification':
    folder.write(workdir / 'study.md', _page(workdir, experiments, rows))
    names += ', study.md'
  console.print(f'study: {workdir}/{names}', highlight=False)


def _page(
  workdir: pathlib.Path, experiments: Mapping[str, Experiment], rows: Mapping[str, dict]
) -> str:
  *_, base = experiments
  summary = folder.read_json(folder_of(workdir, base) / 'summary.json')
  protocol = experiments[base].protocol
  words = f'protocol {protocol.kind!r}'
  if protocol.kind == 'folds':
    words = f'{protocol.folds} folds by {protocol.unit}'
  return study_table.markdown(
    title=f'{summary["dataset"]}: accuracy in percent',
    dataset=experiments[base].dataset.name,
    protocol=f'{words}, repeated {protocol.repeats} times',
    rows=rows,
    floors={name: summary[field] for name, field in _FLOORS.items()},
  )


def _over_trials(
  workdir: pathlib.Path, base: pathlib.Path
) -> dict[str, float | int] | None:
  """`statistics.over_trials` of two runs; None where their trials aren't the same."""
  ours, theirs = _trials(workdir), _trials(base)
  if len(ours) < 2 or ours.keys() != theirs.keys():
    return None
  return statistics.over_trials(
    classification.scores_of(list(ours.values())),
    classification.scores_of(list(theirs.values())),
  )


def _trials(workdir: pathlib.Path) -> dict[str, dict]:
  """A run's results, by the names of their files."""
  paths = sorted((workdir / 'trials').glob('*.json'))
  fields = classification.FIELDS
  return {path.name: results.read_trial(path, fields) for path in paths}


def _row(workdir: pathlib.Path, name: str, base: str) -> dict[str, float | None]:
  own, other = folder_of(workdir, name), folder_of(workdir, base)
  summary = folder.read_json(own / 'summary.json')
  score = 'accuracy' if 'trial_accuracy_mean' in summary else 'f1'
  # Over whole repeats, or where none is whole over trials.
  kind = score if summary[f'{score}_mean'] is not None else f'trial_{score}'
  is_compared = name != base and score == 'accuracy'
  subjects = compared(own, other) if is_compared else None
  trials = _over_trials(own, other) if subjects else None
  return {
    'score': summary[f'{kind}_mean'],
    'std': summary[f'{kind}_std'],
    'difference': subjects and subjects['difference'],
    'p_subjects': subjects and subjects['p_value'],
    'p_trials': trials and trials['p_value'],
  }


def _rights(workdir: pathlib.Path) -> dict[tuple[str, ...], bool]:
  """Of each repeat, fold, subject and clip whether it was told rightly."""
  path, of = workdir / 'predictions.csv', ('repeat', 'fold', 'subject', 'clip')
  with path.open(encoding='utf-8', newline='') as file:
    rows = list(csv.DictReader(file))
  return {tuple(r[k] for k in of): r['label'] == r['predicted'] for r in rows}


def _by_subject(
  rights: dict[tuple[str, ...], bool], others: dict[tuple[str, ...], bool]
) -> Float[np.ndarray, 'n']:
  """Of each subject the mean difference over its clips."""
  found = defaultdict(list)
  for key, right in rights.items():
    found[key[2]].append(float(right) - others[key])
  return np.array([np.mean(found[subject]) for subject in sorted(found)])
