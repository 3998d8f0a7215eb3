"""What `python -m stc_jax.main` does, once its flags are read."""

import dataclasses
import hashlib
import pathlib

import numpy as np
from rich.console import Console

from stc_jax import locks
from stc_jax.cli import compilation, launch_file, reporting
from stc_jax.console import tables, terminal
from stc_jax.data import catalogue, preparation
from stc_jax.errors import InputError
from stc_jax.models import shapes
from stc_jax.models.config import TrunkConfig
from stc_jax.models.registry import build
from stc_jax.report import study_table
from stc_jax.runs import folder, results, run, run_data, start, study, study_fields
from stc_jax.runs.config import Experiment, from_sections
from stc_jax.runs.programs import chosen_placement
from stc_jax.training import hosts
from stc_jax.training.placement import PLACEMENTS

# The one dataset that needs no files of the user's.
_EMBEDDED = 'synthetic_faces'


def main(workdir: str, evaluate: bool) -> None:
  """Trains and evaluates what the launch file says, or tests a run again.

  Args:
    workdir: the folder of the run, or study; '': one for each configuration.
    evaluate: tests the finished models of `workdir`; needs no launch file.
  """
  console = terminal.console(quiet=not hosts.is_first())
  compilation.keep_programs()
  if evaluate and hosts.are_several():
    raise InputError('--mode=evaluate: takes one process; leave out --processes')
  if evaluate and not launch_file.is_given():
    where = pathlib.Path(workdir)
    _run(start.experiment_of(where), where, evaluate, console)
    return
  sections = launch_file.read().to_dict()
  if 'study' in sections:
    if evaluate:
      raise InputError(
        '--mode=evaluate: tests one run; name its folder in the study, without --config'
      )
    set_fields = launch_file.set_fields()
    found = study.experiments(sections, set_fields)
    for note in study_fields.notes(found, sections, set_fields):
      console.print(note, highlight=False, soft_wrap=True)
    _study(found, workdir, console)
    return
  experiment = from_sections(sections, launch_file.set_fields())
  where = pathlib.Path(workdir or _default_workdir({experiment.model: experiment}))
  _run(experiment, where, evaluate, console)


def _study(experiments: dict[str, Experiment], workdir: str, console: Console) -> None:
  """Runs them in turn, and compares what they come to."""
  where = pathlib.Path(workdir or _default_workdir(experiments))
  if hosts.is_first():
    study.write_plan(where, experiments)
  for number, (name, experiment) in enumerate(experiments.items(), start=1):
    console.rule(f'{name} ({number} of {len(experiments)})')
    _run(experiment, study.folder_of(where, name), False, console)
  if hosts.is_first():
    console.print(study_table.study_table(where))
    reporting.write_report(console, [where], where / 'report')
  hosts.wait_for_all()


def _run(
  experiment: Experiment, where: pathlib.Path, evaluate: bool, console: Console
) -> None:
  """Trains and evaluates in a folder, from wherever an earlier start left it."""
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


def _default_workdir(experiments: dict[str, Experiment]) -> str:
  """A folder for each configuration: the same command finds its run again."""
  launch = pathlib.Path(launch_file.path()).stem
  found = {name: one.decisive() for name, one in experiments.items()}
  name, own = next(iter(found.items())) if len(found) == 1 else ('study', found)
  digest = hashlib.sha256(folder.as_json(own).encode()).hexdigest()[:8]
  return f'runs/{launch}-{name}-{digest}'


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
