"""A run from its experiment to its finished folder."""

import dataclasses
import pathlib

import numpy as np
from rich.console import Console

from stc_jax import locks
from stc_jax.console import tables
from stc_jax.data import catalogue, preparation
from stc_jax.models import shapes
from stc_jax.models.config import TrunkConfig
from stc_jax.models.registry import build
from stc_jax.runs import folder, results, run, run_data, start
from stc_jax.runs.assemble import chosen_placement
from stc_jax.runs.config import Experiment
from stc_jax.training import hosts
from stc_jax.training.placement import PLACEMENTS

# The one dataset that needs no files of the user's.
_EMBEDDED = 'synthetic_faces'


def run_in_folder(
  experiment: Experiment, where: pathlib.Path, evaluate: bool, console: Console
) -> None:
  """Trains and evaluates in a folder, from the state that an earlier start left.

  Args:
    experiment: what is trained.
    where: the folder of the run.
    evaluate: tests the finished models of the folder again, and trains nothing.
    console: where progress and results are printed.

  Raises:
    InputError: the folder is of another run, or there is nothing to evaluate.
  """
  if evaluate and not (where / 'config.json').exists():
    raise start.no_run(where)
  if experiment.dataset.name == _EMBEDDED:
    _prepare_embedded(experiment, console)
  data = run_data.load(experiment)
  experiment = experiment.fitted(data.input)
  if not hosts.is_first():
    run.train(_placed(start.shared(experiment), data, console), data, where, console)
    hosts.wait_for_all()
    return
  _print_setup(experiment, data, console)
  folder.create_folder(where)
  with locks.alone_in(where, on_wait=None):
    if evaluate:
      start.check_folder(where, experiment, data)
      found = run.test_again(experiment, data, where)
    else:
      experiment = start.open_folder(where, experiment, data, console)
      experiment = _placed(experiment, data, console)
      run.train(experiment, data, where, console)
      found = run.read(experiment, data, where)
    summary = run.sum_up(experiment, data, found, where)
  run.print_summary(experiment, summary, where, console)
  hosts.wait_for_all()


def _placed(
  experiment: Experiment, data: run_data.RunData, console: Console
) -> Experiment:
  """The experiment with its frames' place; of several processes, the first's choice."""
  place, why = chosen_placement(experiment, data)
  number = int(hosts.from_first(np.array(PLACEMENTS.index(place))))
  console.print(f'frames: on the {PLACEMENTS[number]} ({why})', highlight=False)
  execution = dataclasses.replace(experiment.execution, placement=PLACEMENTS[number])
  return dataclasses.replace(experiment, execution=execution)


def _prepare_embedded(experiment: Experiment, console: Console) -> None:
  """Renders the embedded set where it isn't yet, or of an older version."""
  dataset = experiment.dataset
  which = dataset.name, dataset.builder_config, experiment.execution.data_dir
  if not catalogue.is_current(*which):
    console.print('rendering the embedded dataset: about a minute ...')
    preparation.prepare(*which)


def _print_setup(
  experiment: Experiment, data: run_data.RunData, console: Console
) -> None:
  """Prints the dataset, the layers' shapes, and how many parameters each part has."""
  protocol, size = experiment.protocol, experiment.input
  kind = (
    f'{protocol.kind} by {protocol.unit}' if protocol.kind == 'folds' else protocol.kind
  )
  described = results.describe_dataset(data.clip_set)
  words = f'protocol {kind}, trials: {len(data.trials)}, repeats: {protocol.repeats}'
  tables.print_dataset(console, described, words)
  network = build(experiment.model, experiment.network, len(data.clip_set.names))
  video = shapes.one_clip(size.frames, size.height, size.width, size.channels)
  layers = (
    shapes.layer_table(experiment.network, video)
    if isinstance(experiment.network, TrunkConfig)
    else []
  )
  parts = shapes.parameter_counts(network, video)
  tables.print_network(console, experiment.model, layers, parts)
