"""Measures norms of gradients and updates of each matrix in a run's first steps.

    python -m benchmarks.norms --config=launch/synthetic.py --steps=200

Trains the first trial of a launch file at its first rate. Each row has the norm of a
matrix at the end, the mean norm of its gradients before clipping, and the mean norm of
its updates in thousandths of its own norm.
"""

import dataclasses
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from absl import flags
from rich.table import Table

from stc_jax.cli import command_line, launch_file
from stc_jax.console import terminal
from stc_jax.runs import run_data
from stc_jax.runs.assemble import placement_of, programs_of
from stc_jax.runs.config import Experiment, from_sections
from stc_jax.runs.resolve import resolve

_STEPS = flags.DEFINE_integer('steps', 200, 'Training steps.', lower_bound=1)
flags.adopt_module_key_flags(launch_file)


class Norms(NamedTuple):
  """Sums of the norms of each leaf over the steps."""

  sums: optax.Params


def recorded() -> optax.GradientTransformation:
  """Passes gradients or updates unchanged, and sums their norms."""

  def init(params):
    return Norms(jax.tree.map(lambda leaf: jnp.zeros(()), params))

  def update(updates, state, params=None):
    del params
    sums = jax.tree.map(lambda s, u: s + jnp.linalg.norm(u), state.sums, updates)
    return updates, Norms(sums)

  return optax.GradientTransformation(init, update)


def main() -> None:
  """Trains, and prints the table."""
  experiment = from_sections(launch_file.read().to_dict(), launch_file.set_fields())
  print_table(norms(experiment, _STEPS.value), experiment)


def norms(experiment: Experiment, steps: int) -> list[tuple[str, float, float, float]]:
  """For each matrix its name, norm, and mean norms of gradients and updates."""
  (_, rate), *_ = experiment.training.stages
  training = dataclasses.replace(experiment.training, stages=((steps, rate),))
  execution = dataclasses.replace(experiment.execution, steps_per_chunk=steps)
  experiment = dataclasses.replace(experiment, training=training, execution=execution)
  data = run_data.load(experiment)
  experiment = resolve(experiment, data, 1, terminal.console())
  placement = placement_of(experiment, data)
  programs = programs_of(experiment, data, placement, trials=1)
  whole = optax.chain(recorded(), programs.learner.optimizer, recorded())
  programs.learner = programs.learner._replace(optimizer=whole)
  first = np.zeros(1, int)
  given = next(placement.chunks(programs, first, first))
  state, _ = programs.train_chunk(given.data, given.arrays, programs.init(given.arrays))
  state = jax.tree.map(lambda leaf: np.asarray(leaf)[0], state)
  gradients, _, updates = state.opt_state
  found = zip(
    jax.tree.leaves_with_path(state.params),
    jax.tree.leaves(gradients.sums),
    jax.tree.leaves(updates.sums),
    strict=True,
  )
  return [
    (jax.tree_util.keystr(path, simple=True, separator='/'), *values)
    for (path, leaf), gradient, update in found
    if path[-1].key.startswith(('kernel', 'w_'))
    for values in [(float(np.linalg.norm(leaf)), gradient / steps, update / steps)]
  ]


def print_table(
  rows: list[tuple[str, float, float, float]], experiment: Experiment
) -> None:
  """Prints a row for each matrix."""
  table = Table('matrix', title=f'{experiment.model}, means of steps')
  for column in ('norm', 'gradient', 'update, thousandths'):
    table.add_column(column, justify='right')
  for name, norm, gradient, update in rows:
    table.add_row(name, f'{norm:.3g}', f'{gradient:.2e}', f'{1e3 * update / norm:.2f}')
  terminal.console(width=100).print(table)


if __name__ == '__main__':
  command_line.run(main)
