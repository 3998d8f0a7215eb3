"""Measures how well a run's models fit their training clips, and saturated gates.

    python -m benchmarks.learnt --workdir=RUN

Prints for each finished trial: the lowest mean loss of a hundred successive steps; the
accuracy on training clips in inference mode, without augmentation, in one view; and the
share of gates above 0.99 or below 0.01 on those clips, where the gradient vanishes.
"""

import functools
import pathlib
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from absl import flags
from jaxtyping import Float
from rich.table import Table

from benchmarks.curves import lowest_mean
from stc_jax.bundle import bundle_folder
from stc_jax.bundle.bundle import Bundle
from stc_jax.cli import command_line
from stc_jax.console import terminal
from stc_jax.data import device_data
from stc_jax.data.protocols import Trial
from stc_jax.models.registry import build
from stc_jax.run_folder import layout
from stc_jax.runs import evaluate, run_data, start
from stc_jax.runs.run_data import RunData
from stc_jax.tasks.classification import Classification
from stc_jax.training.step import mean_probabilities

_WORKDIR = flags.DEFINE_string('workdir', None, "The run's folder.", required=True)
_WINDOW = 100
_BATCH = 8
_GATES = ('input', 'forget', 'output')


def main() -> None:
  """Prints a row for each trial."""
  workdir = pathlib.Path(_WORKDIR.value)
  experiment = start.experiment_of(workdir)
  data = run_data.load(experiment)
  table = Table(title=f'{experiment.model}, {workdir}')
  for column in ('trial', 'lowest loss', 'accuracy', *_GATES):
    table.add_column(column, justify='right')
  network = build(experiment.model, experiment.network, len(data.clip_set.names))
  look = jax.jit(
    functools.partial(
      _look,
      network,
      data.input,
      jax.device_put(device_data.device_arrays(data.clip_set)),
    )
  )
  for trial, result in zip(
    data.wanted, evaluate.read_results(experiment, data, workdir), strict=True
  ):
    folder = layout.model(workdir, trial.name)
    accuracy, shares = of_model(look, bundle_folder.load(folder), data, trial)
    loss = lowest_mean(np.array(result['train_losses']), _WINDOW)
    cells = ('-' if np.isnan(x) else f'{x:.1%}' for x in (accuracy, *shares))
    table.add_row(trial.name, f'{loss:.4f}', *cells)
  terminal.console(width=100).print(table)


def of_model(
  look: Callable, model: Bundle, data: RunData, trial: Trial
) -> tuple[float, Float[np.ndarray, 'kinds']]:
  """Accuracy on a trial's training clips, and the saturated share of each gate.

  For a model without gates the shares are NaN.
  """
  right, full, count = 0, 0.0, 0.0
  for at in range(0, len(trial.train), _BATCH):
    clips = trial.train[at : at + _BATCH]
    classes, gates = look(model.variables, model.normalisation, clips)
    right += int((np.asarray(classes) == data.clip_set.targets[clips]).sum())
    for values in map(np.asarray, gates):
      kinds = np.moveaxis(values, -4, 0).reshape(len(_GATES), -1)
      full += (np.abs(kinds - 0.5) > 0.49).sum(axis=1)
      count += kinds.shape[1]
  return right / len(trial.train), full / count if count else np.full(3, np.nan)


def _look(network, size, data, variables, normalisation, clips):
  """The likeliest classes of some clips, and all gates [..., kinds, t, b, h]."""
  shown = device_data.eval_views(data, normalisation, clips, size)[0]
  task = Classification()
  found = mean_probabilities(task, network, variables, [shown])
  _, more = network.apply(variables, *shown, train=False, mutable=['intermediates'])
  return jnp.argmax(found, axis=-1), jax.tree.leaves(more)


if __name__ == '__main__':
  command_line.run(main)
