"""The section of the runs on one dataset: tables, pictures and film strips."""

from collections.abc import Sequence

from stc_jax.errors import InputError
from stc_jax.report import cost, strips
from stc_jax.report.html_report import Section
from stc_jax.run_folder.finished_run import Run

# Its pictures may be published.
_RENDERED = 'synthetic_faces'
_CLICK = 'Click on a cell to see its misclassified clips.'
_OWN_FOLDER = (
  f'{_CLICK} They show faces: where a licence or an agreement covers them, do not pass '
  'this page on; --faces=no writes a page without faces.'
)
_NO_FACES = 'Click on a cell for the names of its misclassified clips (--faces=no).'
_UNTESTED = 'Not tested, because trained on every clip'


def section(runs: list[Run], strip_bytes: int, note: str) -> Section:
  """Makes the section; film strips take at most `strip_bytes`, and 0 means none."""
  task = runs[0].task
  score = f'trial_{task.score}_mean'
  tested = [run for run in runs if run.summary[score] is not None]
  caption = _caption(runs, tested, note)
  common = [cost.cost_table(runs, caption), cost.provenance_table(runs, caption)]
  tables, pictures, shown, said, hardest = [], [], {}, '', []
  if tested:
    tables = task.report_tables(tested, caption)
    pictures = task.report_pictures(tested)
  if any(run.rows for run in tested):
    shown, said = _strips(tested, strip_bytes) if strip_bytes else ({}, _NO_FACES)
    hardest = strips.mean_probabilities(tested)[: strips.HARDEST]
  return Section(
    title=runs[0].title,
    caption=caption,
    runs=runs,
    tables={table.name: table for table in [*tables, *common]},
    pictures=pictures,
    strips=shown,
    strips_note=said,
    hardest=hardest,
  )


def _strips(runs: Sequence[Run], most: int) -> tuple[dict[str, bytes], str]:
  """Film strips, and a note on them."""
  try:
    shown = strips.strips(runs[0], strips.chosen_clips(runs), most)
  except InputError as error:
    return {}, f'Click on a cell for its misclassified clips. No pictures: {error}.'
  return shown, _CLICK if runs[0].folders == [_RENDERED] else _OWN_FOLDER


def _caption(runs: Sequence[Run], tested: Sequence[Run], note: str) -> str:
  """How the runs were trained; if that differs, each way is described."""
  words = list(dict.fromkeys(_training(run) for run in runs))
  said = ' Or: '.join(words)
  untested = ', '.join(run.name for run in runs if run not in tested)
  said += f' {_UNTESTED}: {untested}.' if untested else ''
  if _RENDERED in runs[0].folders:
    said += ' Synthetic data: accuracies on rendered faces say nothing about people.'
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
    f'{len(run.trials)} trial{"s" * (len(run.trials) != 1)}.'
  )
