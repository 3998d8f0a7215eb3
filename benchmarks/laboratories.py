"""Trains a model in each laboratory, and tests it on other people in all of them.

    python -m benchmarks.laboratories --labs=tuning --recipe=today --out=runs/labs

Recipes are chosen on the laboratories for tuning, and judged on those for reporting. A
row of the table is a laboratory to train in, a column one to test in: the accuracy of
the model, and in brackets the floors that were fitted on the same training clips:
static, temporal. Finished runs and cells are kept, so the same command continues after
a stop; `--rows` selects laboratories to train in, so that several processes can share
the work. The last lines are the means of all finished seeds.
"""

import pathlib

from absl import flags

from benchmarks import laboratory_cells as cells
from benchmarks import laboratory_tables as tables
from benchmarks.laboratory_recipes import RECIPES
from stc_jax.cli import command_line
from stc_jax.datasets.synthetic_faces import laboratories
from stc_jax.errors import InputError

GROUPS = {'tuning': laboratories.TUNING, 'reporting': laboratories.REPORTING}
_LABS = flags.DEFINE_enum('labs', 'tuning', GROUPS, 'Which laboratories.')
_RECIPE = flags.DEFINE_enum('recipe', 'today', RECIPES, 'How models are trained.')
_SEED = flags.DEFINE_integer('seed', 0, 'Of training.')
_STEPS = flags.DEFINE_integer('steps', 10000, 'Of training; the last fifth is slow.')
_SIZE = flags.DEFINE_integer('size', 48, 'Of frames; smaller ones are for screening.')
_OUT = flags.DEFINE_string('out', None, 'A folder for runs and cells.', required=True)
_ROWS = flags.DEFINE_list('rows', [], 'Laboratories to train in. Default: all.')


def main() -> None:
  """Trains and tests what is missing, and prints the table.

  Raises:
    InputError: there is no such laboratory, or a run failed; its own line says why.
  """
  names = tuple(GROUPS[_LABS.value])
  if unknown := set(_ROWS.value) - set(names):
    raise InputError(f'--rows={unknown.pop()}: unknown; known: {", ".join(names)}')
  out = pathlib.Path(_OUT.value)
  recipe = f'{_RECIPE.value}-{_STEPS.value}-{_SIZE.value}'
  for row in _ROWS.value or names:
    run = out / recipe / str(_SEED.value) / row
    cells.train(run, row, _RECIPE.value, _SEED.value, _STEPS.value, _SIZE.value)
    for column in names:
      cells.test(run, row, column, out)
  print(tables.table(out / recipe / str(_SEED.value), names, out))
  for line in tables.means(out / recipe, names):
    print(line)
  below = tables.below_floors(out / recipe, names, out)
  print(f'below a floor: {", ".join(below) or "none"}')


if __name__ == '__main__':
  command_line.run(main)
