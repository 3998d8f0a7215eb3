"""Trains and evaluates: `python -m stc_jax.main --config=launch/synthetic.py`.

A launch file says which dataset, input, model, protocol and training; any of its fields
can be set on the command line, as in --config.model=stc_lstm. The same command
continues a run that was stopped; `--mode=evaluate --workdir=RUN` tests it again.
"""

import dataclasses
import hashlib
import pathlib

from absl import flags
from rich.console import Console

from stc_jax import locks
from stc_jax.console import command_line, compilation, launch_file, tables
from stc_jax.data import catalogue, preparation
from stc_jax.models import shapes
from stc_jax.models.config import TrunkConfig
from stc_jax.models.zoo import build
from stc_jax.runs import folder, results, run, run_data, start
from stc_jax.runs.config import Experiment, from_sections
from stc_jax.runs.evaluate import test_again

_WORKDIR = flags.DEFINE_string(
  'workdir', '', "The run's folder; runs/<launch file>-<model>-<hash> if not given."
)
_MODE = flags.DEFINE_enum(
  'mode',
  'train_and_evaluate',
  ['train_and_evaluate', 'evaluate'],
  'evaluate: test the finished models of --workdir again; needs no --config.',
)

# The one dataset that needs no files of the user's.
_EMBEDDED = 'synthetic_faces'


def main() -> None:
  """Runs what the flags ask for."""
  console = Console()
  compilation.keep_programs()
  evaluate = _MODE.value == 'evaluate'
  if evaluate and not launch_file.is_given():
    experiment = start.experiment_of(pathlib.Path(_WORKDIR.value))
  else:
    experiment = _experiment_of_launch_file()
  workdir = pathlib.Path(_WORKDIR.value or _default_workdir(experiment))
  if evaluate and not (workdir / 'config.json').exists():
    raise start.no_run(workdir)
  if experiment.dataset.name == _EMBEDDED:
    _prepare_embedded(experiment, console)
  data = run_data.load(experiment)
  experiment = dataclasses.replace(experiment, input=data.input)
  _print_setup(experiment, data, console)
  folder.create_folder(workdir)
  with locks.alone_in(workdir, on_wait=None):
    if evaluate:
      start.check_folder(workdir, experiment, data)
      found = test_again(experiment, data, workdir)
    else:
      experiment = start.open_folder(workdir, experiment, data, console)
      run.train(experiment, data, workdir, console)
      found = run.read(data, workdir)
    summary = run.sum_up(experiment, data, found, workdir)
  tables.print_summary(console, summary, workdir)


def _experiment_of_launch_file() -> Experiment:
  sections = launch_file.read().to_dict()
  return from_sections(sections, launch_file.set_fields())


def _prepare_embedded(experiment: Experiment, console: Console) -> None:
  """Renders the embedded set where it isn't yet, or of an older version."""
  dataset = experiment.dataset
  where = dataset.name, dataset.builder_config, experiment.execution.data_dir
  if not catalogue.is_current(*where):
    console.print('rendering the embedded dataset: about a minute ...')
    preparation.prepare(*where)


def _default_workdir(experiment: Experiment) -> str:
  """A folder for each configuration: the same command finds its run again."""
  launch = pathlib.Path(launch_file.path()).stem
  text = folder.as_json(experiment.decisive())
  digest = hashlib.sha256(text.encode()).hexdigest()[:8]
  return f'runs/{launch}-{experiment.model}-{digest}'


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
  network = build(experiment.model, experiment.network, len(data.clip_set.classes))
  video = shapes.one_clip(size.frames, size.height, size.width, size.channels)
  layers = (
    shapes.layer_table(experiment.network, video)
    if isinstance(experiment.network, TrunkConfig)
    else []
  )
  parts = shapes.parameter_counts(network, video)
  tables.print_network(console, experiment.model, layers, parts)


if __name__ == '__main__':
  command_line.run(main)
