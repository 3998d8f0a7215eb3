"""The start of a run: its folder is made, recognised, or read again."""

import dataclasses
import datetime
import pathlib

import jax
from rich.console import Console

from stc_jax import files
from stc_jax.data import protocols
from stc_jax.errors import InputError
from stc_jax.runs import folder, provenance, results
from stc_jax.runs.config import ExecutionConfig, Experiment, from_sections
from stc_jax.runs.run_data import RunData
from stc_jax.training import hosts, mesh

_OTHER_RUN = 'give another --workdir, or the configuration that it was started with'
_OTHER_DATA = 'the prepared dataset has changed since; give another --workdir'


def experiment_of(workdir: pathlib.Path) -> Experiment:
  """What a run was started with, and the execution of its last start.

  Raises:
    InputError: there is no run.
  """
  decisive = folder.read_json(workdir / 'config.json')
  execution = folder.read_json(workdir / 'execution.json')
  if decisive is None or execution is None:
    raise no_run(workdir)
  return from_sections(decisive | {'execution': execution})


def no_run(workdir: pathlib.Path) -> InputError:
  """What to raise where a folder holds no run."""
  return InputError(
    f'{workdir}: no run there; name its folder with --workdir, or leave out '
    '--mode=evaluate to train one'
  )


def open_folder(
  workdir: pathlib.Path, experiment: Experiment, run_data: RunData, console: Console
) -> Experiment:
  """Writes what identifies a run into its folder, or checks that it is this run's.

  Returns the experiment with the number of devices that its trials are spread over.

  Raises:
    InputError: it holds another run, or lacks its devices here.
  """
  execution = _with_devices(workdir, experiment, len(run_data.trials))
  check_folder(workdir, experiment, run_data)
  _record_start(workdir, execution, console)
  return dataclasses.replace(experiment, execution=execution)


def shared(experiment: Experiment) -> Experiment:
  """What every other of several processes runs: each trial on all devices."""
  execution = experiment.execution
  execution = dataclasses.replace(execution, devices_per_trial=jax.device_count())
  return dataclasses.replace(experiment, execution=execution)


def _record_start(
  workdir: pathlib.Path, execution: ExecutionConfig, console: Console
) -> None:
  """Notes when and where; says so where that isn't as at the first start."""
  how, environment = dataclasses.asdict(execution), provenance.environment()
  files.write(workdir / 'execution.json', folder.as_json(how))
  path, here = workdir / 'environment.json', folder.as_json(environment)
  if path.exists() and path.read_text(encoding='utf-8') != here:
    console.print(
      f'note: this run was started in another environment ({path}); '
      'its last digits may differ from an uninterrupted one'
    )
  if not path.exists():
    files.write(path, here)
  began = datetime.datetime.now().astimezone().isoformat(' ', 'seconds')
  start = {
    'began': began,
    'command': provenance.command(),
    'execution': how,
    'environment': environment,
  }
  folder.append(workdir / 'starts.jsonl', start)


def check_folder(
  workdir: pathlib.Path, experiment: Experiment, run_data: RunData
) -> None:
  """Writes what a run's numbers follow from, or checks that it is the same.

  Raises:
    InputError: the folder holds another run.
  """
  config = folder.as_json(experiment.decisive())
  described = folder.as_json(results.describe_dataset(run_data.clip_set))
  table = protocols.table(run_data.clip_set, run_data.trials)
  folder.check_or_write(workdir / 'config.json', config, _OTHER_RUN)
  folder.check_or_write(workdir / 'dataset.json', described, _OTHER_DATA)
  folder.check_or_write(workdir / 'folds.csv', table, _OTHER_DATA)


def _with_devices(
  workdir: pathlib.Path, experiment: Experiment, trials: int
) -> ExecutionConfig:
  """The execution section with the run's own number of devices a trial.

  It is fixed at the first start: the sums of another number have other last digits.

  Raises:
    InputError: the run was started with another number, or they aren't here.
  """
  execution, path = experiment.execution, workdir / 'execution.json'
  asked, earlier = execution.devices_per_trial, folder.read_json(path)
  if hosts.are_several():
    asked = asked or jax.device_count()
    if asked != jax.device_count():
      raise InputError(
        f'execution.devices_per_trial: {asked}, but several processes share every '
        f'trial, on all of their {jax.device_count()} devices; leave it out'
      )
  if earlier is not None:
    fixed = earlier.get('devices_per_trial')
    if not isinstance(fixed, int):
      raise InputError(f'{path}: cannot be read; give another --workdir')
    if asked not in (0, fixed) and hosts.are_several():
      raise InputError(
        f'--processes: share every trial among {asked} devices, but this run was '
        f'started with {fixed}; start it as then, or give another --workdir'
      )
    if asked not in (0, fixed):
      raise InputError(
        f'execution.devices_per_trial: {asked}, but this run was started with {fixed}; '
        'leave it out, or give another --workdir'
      )
    asked = fixed
  batch_size = experiment.training.batch_size
  count = mesh.devices_per_trial(asked, jax.device_count(), trials, batch_size)
  return dataclasses.replace(execution, devices_per_trial=count)
