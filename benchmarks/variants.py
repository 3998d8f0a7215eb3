"""Variants of a recipe, trained on the same trials and compared.

    python -m benchmarks.variants --table=ablations --runs=runs/ablations

Trains the variants that aren't finished, each as a run on the rendering for tuning. A
run with another recipe in the same place is refused. Prints the lowest mean loss of a
hundred successive steps, the training accuracy of the last hundred (on augmented
clips), the test accuracy, and its difference to the first row, paired by clips and by
subjects, with a sign-flip test. The same command continues after a stop; `--only`
selects rows, so that several processes can share a table.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
from absl import flags
from rich.table import Table

from benchmarks.curves import lowest_mean
from benchmarks.variant_tables import TABLES
from stc_jax.cli import command_line
from stc_jax.console import terminal
from stc_jax.errors import InputError
from stc_jax.evaluation import statistics
from stc_jax.run_folder import finished_run, layout, study_plan
from stc_jax.tasks import clip_comparison, comparison

_TABLE = flags.DEFINE_enum('table', None, TABLES, 'Which table.', required=True)
_RUNS = flags.DEFINE_string('runs', None, 'A folder for the runs.', required=True)
_ONLY = flags.DEFINE_list('only', [], 'Rows to train. Default: all.')
_FIELDS = flags.DEFINE_multi_string(
  'field', [], 'A flag of all rows, such as --config.training.batch_size=2; repeatable.'
)
_LAST = 100  # steps


def main() -> None:
  """Trains the variants, and prints the table.

  Raises:
    InputError: there is no such row, or a run failed; its own line says why.
  """
  common, rows = TABLES[_TABLE.value]
  if unknown := set(_ONLY.value) - rows.keys():
    raise InputError(f'--only={unknown.pop()}: unknown; known: {", ".join(rows)}')
  for name in _ONLY.value or rows:
    _train(name, (*common, *rows[name], *_FIELDS.value))
  print_table(rows)


def _folder(name: str) -> pathlib.Path:
  return study_plan.run_of(pathlib.Path(_RUNS.value), name)


def _train(name: str, argv: tuple[str, ...]) -> None:
  last = {flag.partition('=')[0]: flag for flag in argv}  # wins over an earlier one
  program = (sys.executable, '-m', 'stc_jax.main', f'--workdir={_folder(name)}')
  if subprocess.run([*program, *last.values()]).returncode:
    raise InputError(f'{_folder(name)}: its run failed')


def print_table(names: list[str]) -> None:
  """Prints a row for each finished run."""
  table = Table(title=_TABLE.value)
  for column in ('variant', 'lowest loss', 'training', 'test', 'difference', 'p'):
    table.add_column(column, justify='left' if column == 'variant' else 'right')
  finished = [name for name in names if layout.is_summed_up(_folder(name))]
  for name in finished:
    table.add_row(name, *_learnt(name), *_compared(name, finished[0]))
  terminal.console(width=100).print(table)


def _learnt(name: str) -> tuple[str, str, str]:
  """The lowest loss of a run's trials with its standard error; mean accuracies."""
  paths = layout.trial_files(_folder(name))
  trials = [json.loads(path.read_text(encoding='utf-8')) for path in paths]
  losses = [lowest_mean(np.array(t['train_losses']), _LAST) for t in trials]
  error = np.std(losses, ddof=1) / len(losses) ** 0.5 if len(losses) > 1 else np.nan
  training = np.mean([np.mean(t['train_accuracies'][-_LAST:]) for t in trials])
  test = np.mean([t['accuracy'] for t in trials])
  return f'{np.mean(losses):.4f} ± {error:.4f}', f'{training:.1%}', f'{test:.1%}'


def _compared(name: str, base: str) -> tuple[str, str]:
  """The difference in points and its p value; empty if other clips were tested.

  Over subjects; each clip counts in each repeat.
  """
  if name == base:
    return '', ''
  ours, theirs = (finished_run.read(n, _folder(n)) for n in (name, base))
  if comparison.refusal(ours, theirs):
    return '', ''
  found = statistics.paired(clip_comparison.by_subject(ours, theirs))
  return f'{100 * found["difference"]:+.1f}', f'{found["p_value"]:.3f}'


if __name__ == '__main__':
  command_line.run(main)
