"""A run from its experiment to its finished folder."""

import pathlib

import jax
from rich.console import Console

from stc_jax import locks, plots
from stc_jax.console import tables
from stc_jax.data import catalogue, joining, preparation
from stc_jax.models import shapes
from stc_jax.models.registry import MODELS, build
from stc_jax.run_folder import identity, layout, trial_files
from stc_jax.runs import evaluate, run_data, start
from stc_jax.runs.config import Experiment
from stc_jax.runs.resolve import choose_devices, resolve
from stc_jax.runs.train import train
from stc_jax.tasks.registry import task_of
from stc_jax.training import hosts

# The only dataset that needs no files of the user.
_EMBEDDED = 'synthetic_faces'


def run_in_folder(
  launch: Experiment, where: pathlib.Path, again: bool, console: Console
) -> None:
  """Trains and evaluates in a folder, from the state that an earlier start left.

  Args:
    launch: the launch file, checked.
    where: the folder of the run.
    again: evaluates the finished models of the folder, and trains nothing.
    console: where progress and results are printed.

  Raises:
    InputError: the folder is of another run, or there is nothing to evaluate.
  """
  if again and not layout.is_run(where):
    raise start.no_run(where)
  for name, builder_config in launch.dataset.sets:
    if name == _EMBEDDED:
      _prepare_embedded(builder_config, launch.execution.data_dir, console)
  data = run_data.load(launch)
  if not again:
    data = run_data.with_start(launch, data)
  if not hosts.is_first():
    train(resolve(launch, data, jax.device_count(), console), data, where, console)
    hosts.wait_for_all()
    return
  _print_setup(launch, data, console)
  identity.create(where)
  with locks.alone_in(where, on_wait=None):
    # A model is tested on one device, whatever the number that it was trained on.
    devices = 1 if again else choose_devices(launch, len(data.trials), where)
    experiment = resolve(launch, data, devices, console)
    start.check_folder(where, experiment, data)
    if again:
      found = evaluate.evaluate_again(experiment, data, where)
    else:
      start.record_start(where, launch.execution, devices, console)
      train(experiment, data, where, console)
      found = evaluate.read_results(experiment, data, where)
    summary = _sum_up(experiment, data, found, where)
  _print_summary(experiment, summary, where, console)
  hosts.wait_for_all()


def _prepare_embedded(builder_config: str, data_dir: str, console: Console) -> None:
  """Renders the embedded set if it is missing or of an older version."""
  which = _EMBEDDED, builder_config, data_dir
  if not catalogue.is_current(*which):
    console.print('rendering the embedded dataset: about a minute ...')
    preparation.prepare(*which)


def _print_setup(launch: Experiment, data: run_data.RunData, console: Console) -> None:
  """Prints the dataset, the shapes of layers, and the parameters of each part."""
  protocol, size = launch.protocol, data.input
  kind = (
    f'{protocol.kind} by {protocol.unit}' if protocol.kind == 'folds' else protocol.kind
  )
  if protocol.kind == 'databases':
    kind += f' ({", ".join(sorted(set(data.clip_set.databases)))} in turn)'
  task = task_of(launch.task)
  described = run_data.describe_dataset(data.clip_set, task)
  words = f'protocol {kind}, trials: {len(data.trials)}, repeats: {protocol.repeats}'
  tables.print_dataset(console, described, described[task.outputs], words)
  if origins := data.clip_set.origins:
    tables.print_classes(console, {one.database: one.classes for one in origins})
  for note in joining.notes(data.clip_set, data.trials, size.frame_rate):
    _print_note(console, note)
  network = build(launch.model, launch.network, len(data.clip_set.names))
  video = shapes.one_clip(size.frames, size.height, size.width, size.channels)
  layers = (
    shapes.layer_table(launch.network, video) if MODELS[launch.model].has_trunk else []
  )
  parts = shapes.parameter_counts(network, video)
  tables.print_network(console, launch.model, layers, parts)
  for line in data.start.lines() if data.start else ():
    console.print(line, highlight=False, soft_wrap=True)


def _sum_up(
  experiment: Experiment,
  data: run_data.RunData,
  found: list[dict],
  workdir: pathlib.Path,
) -> dict:
  """Writes summary, predictions and pictures from the results of all trials.

  Raises:
    InputError: a file of probabilities is missing or damaged.
  """
  task, trials = task_of(experiment.task), data.wanted
  probabilities = {
    name: [trial_files.read_probabilities(workdir, name, trial) for trial in trials]
    for name in task.arrays
  }
  resampled = experiment.protocol.resampled
  summary = {
    'dataset': data.clip_set.name,
    'model': experiment.model,
    'trials': len(found),
    **task.summarise(data, found, probabilities, resampled),
  }
  trial_files.write_summary(workdir, summary)
  if rows := task.prediction_rows(data.clip_set.names, found):
    trial_files.write_predictions(workdir, rows)
  for name, figure in task.pictures(summary, found).items():
    plots.save_png(figure, layout.picture(workdir, name))
  return summary


def _print_summary(
  experiment: Experiment, summary: dict, workdir: pathlib.Path, console: Console
) -> None:
  """Prints the scores of the run and the paths of its files."""
  task = task_of(experiment.task)
  if summary[f'trial_{task.score}_mean'] is None:
    tables.print_untested(console, task.untested, workdir)
  else:
    board, files = task.scoreboard(summary), layout.scores(workdir)
    tables.print_scoreboard(console, board, summary, workdir, files)
  for note in task.notes(summary):
    _print_note(console, note)


def _print_note(console: Console, note: str) -> None:
  console.print(f'note: {note}', highlight=False, soft_wrap=True)
