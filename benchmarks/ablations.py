"""What each piece of the recipe is worth: the demo without it, on the same trials.

    python -m benchmarks.ablations --workdir=runs/ablations

Trains what isn't finished there, each as an ordinary run on the embedded rendering for
tuning, and prints its accuracy and what it loses against the whole recipe, paired clip
by clip, subject by subject, with a sign-flip test. Stopped, the same command goes on;
`--only` leaves some for another process.
"""

import csv
import pathlib
import subprocess
import sys
from collections import defaultdict

import numpy as np
from absl import flags
from jaxtyping import Float
from rich.console import Console
from rich.table import Table

from stc_jax.console import command_line
from stc_jax.errors import InputError
from stc_jax.evaluation import statistics

WHOLE = 'whole recipe'
NESTED = '--config.stc_nlstm'
FIELDS = {
  WHOLE: (),
  'colours': ("--config.input.transforms=('local_contrast', 'frames_and_change')",),
  'no local contrast': ("--config.input.transforms=('gray', 'frames_and_change')",),
  'frames without change': ("--config.input.transforms=('gray', 'local_contrast')",),
  'the same frames each time': ('--config.input.training_sampling=same',),
  'one view': ("--config.input.views=('original',)",),
  'no mixup': ('--config.training.mixup=0.0',),
  "the paper's looks": ('--config.training.augment=paper',),
  'no deep supervision': (f'{NESTED}.deep_supervision=False',),
  'pyramids as they are': (f'{NESTED}.pyramid_norm=False',),
  'gates half open': (f'{NESTED}.gate_bias=0.0',),
}
_SET = (
  '--config=launch/synthetic.py',
  '--config.dataset.builder_config=neutral_to_apex_tuning',
)

_WORKDIR = flags.DEFINE_string('workdir', None, 'A folder for the runs.', required=True)
_ONLY = flags.DEFINE_list('only', [], 'Rows to train; all, if none is named.')
_REPEATS = flags.DEFINE_integer('repeats', 1, 'Of the three folds, with other seeds.')


def main() -> None:
  """Trains and prints.

  Raises:
    InputError: no such row, or a run that failed; its own line says why.
  """
  unknown = set(_ONLY.value) - FIELDS.keys()
  if unknown:
    raise InputError(f'--only={unknown.pop()}: unknown; known: {", ".join(FIELDS)}')
  for name in _ONLY.value or FIELDS:
    _train(name)
  print_table()


def _folder(name: str) -> pathlib.Path:
  return pathlib.Path(_WORKDIR.value) / name.replace(' ', '_').replace("'", '')


def _train(name: str) -> None:
  if (_folder(name) / 'summary.json').exists():
    return
  program = (sys.executable, '-m', 'stc_jax.main', f'--workdir={_folder(name)}')
  repeats = f'--config.protocol.repeats={_REPEATS.value}'
  if subprocess.run([*program, *_SET, repeats, *FIELDS[name]]).returncode:
    raise InputError(f'{_folder(name)}: its run failed')


def print_table() -> None:
  """A row for each finished run."""
  table = Table(title='launch/synthetic.py on neutral_to_apex_tuning')
  for column in ('recipe', 'accuracy', 'difference', 'p'):
    table.add_column(column, justify='left' if column == 'recipe' else 'right')
  whole = _rights(_folder(WHOLE))
  for name in FIELDS:
    rights = _rights(_folder(name))
    accuracy = f'{np.mean(list(rights.values())):.1%}' if rights else '-'
    cells = ('', '')
    if name != WHOLE and rights.keys() == whole.keys() and rights:
      found = statistics.paired(_by_subject(rights, whole))
      cells = f'{100 * found["difference"]:+.1f}', f'{found["p_value"]:.3f}'
    table.add_row(name, accuracy, *cells)
  Console(width=100).print(table)


def _rights(workdir: pathlib.Path) -> dict[tuple[str, ...], bool]:
  """Of each repeat, fold, subject and clip whether it was told rightly."""
  path, of = workdir / 'predictions.csv', ('repeat', 'fold', 'subject', 'clip')
  if not path.exists():
    return {}
  with path.open(encoding='utf-8', newline='') as file:
    rows = list(csv.DictReader(file))
  return {tuple(r[k] for k in of): r['label'] == r['predicted'] for r in rows}


def _by_subject(
  rights: dict[tuple[str, ...], bool], others: dict[tuple[str, ...], bool]
) -> Float[np.ndarray, 'n']:
  """Of each subject the mean difference over its clips."""
  found = defaultdict(list)
  for (repeat, fold, subject, clip), right in rights.items():
    found[subject].append(float(right) - others[repeat, fold, subject, clip])
  return np.array([np.mean(found[subject]) for subject in sorted(found)])


if __name__ == '__main__':
  command_line.run(main)
