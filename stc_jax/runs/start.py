"""The start of a run: what its folder says of it, and of each start."""

import dataclasses
import datetime
import functools
import pathlib

from rich.console import Console

from stc_jax import files, provenance
from stc_jax.data import protocols
from stc_jax.errors import InputError
from stc_jax.run_folder import starts
from stc_jax.runs import folder, results
from stc_jax.runs.config import ExecutionConfig, Experiment, from_sections
from stc_jax.runs.run_data import RunData
from stc_jax.tasks.registry import task_of

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
  files.write(workdir / 'execution.json', files.as_json(how))
  path, here = workdir / 'environment.json', files.as_json(environment)
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
  starts.add_start(workdir, start)


def check_folder(
  workdir: pathlib.Path, experiment: Experiment, run_data: RunData
) -> None:
  """Writes what a run's numbers follow from, or checks that it is the same.

  Raises:
    InputError: the folder holds another run.
  """
  config = files.as_json(experiment.decisive())
  clip_set, task = run_data.clip_set, task_of(experiment.task)
  described = files.as_json(results.describe_dataset(clip_set, task))
  label = functools.partial(task.label, clip_set)
  table = protocols.table(clip_set, run_data.trials, label)
  folder.check_or_write(workdir / 'config.json', config, _OTHER_RUN)
  folder.check_or_write(workdir / 'dataset.json', described, _OTHER_DATA)
  folder.check_or_write(workdir / 'folds.csv', table, _OTHER_DATA)
