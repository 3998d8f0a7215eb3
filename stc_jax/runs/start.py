"""The start of a run: reads and writes the files of its starts."""

import dataclasses
import datetime
import functools
import pathlib

from rich.console import Console

from stc_jax import provenance
from stc_jax.data import protocols
from stc_jax.errors import InputError
from stc_jax.run_folder import identity, starts
from stc_jax.runs.config import ExecutionConfig, Experiment, from_sections
from stc_jax.runs.run_data import RunData, describe_dataset
from stc_jax.tasks.registry import task_of


def experiment_of(workdir: pathlib.Path) -> Experiment:
  """The experiment of a run, with the execution of its last start.

  Raises:
    InputError: there is no run.
  """
  decisive = identity.read_config(workdir)
  execution = identity.read_execution(workdir)
  if decisive is None or execution is None:
    raise no_run(workdir)
  return from_sections(decisive | {'execution': execution})


def no_run(workdir: pathlib.Path) -> InputError:
  """The error for a folder without a run."""
  return InputError(
    f'{workdir}: no run there; name its folder with --workdir, or leave out '
    '--mode=evaluate to train one'
  )


def record_start(
  workdir: pathlib.Path,
  execution: ExecutionConfig,
  devices_per_trial: int,
  console: Console,
) -> None:
  """Adds a start to the run's folder; notes an environment other than the first one.

  Args:
    workdir: the run's folder.
    execution: the section of the launch file.
    devices_per_trial: in place of the section's.
    console: where the note is printed.
  """
  how = dataclasses.asdict(execution) | {'devices_per_trial': devices_per_trial}
  environment = provenance.environment()
  other = starts.other_environment(workdir, environment)
  if other is not None:
    console.print(
      f'note: this run was started in another environment ({other}); '
      'its last digits may differ from an uninterrupted one'
    )
  began = datetime.datetime.now().astimezone().isoformat(' ', 'seconds')
  start = {
    'began': began,
    'command': provenance.command(),
    'execution': how,
    'environment': environment,
  }
  starts.add_start(workdir, start)


def check_folder(
  workdir: pathlib.Path, experiment: Experiment, run_data: RunData
) -> None:
  """Writes the files that identify a run, or checks that they are the same.

  Raises:
    InputError: the folder holds another run.
  """
  clip_set, task = run_data.clip_set, task_of(experiment.task)
  described = describe_dataset(clip_set, task)
  folds = protocols.table(
    clip_set, run_data.trials, functools.partial(task.label, clip_set)
  )
  identity.check_or_write(workdir, experiment.decisive(), described, folds)
