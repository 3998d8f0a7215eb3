"""The finished runs in folders of runs and of studies."""

import dataclasses
import pathlib
from collections import Counter
from collections.abc import Iterator, Sequence

from stc_jax.errors import InputError
from stc_jax.run_folder import layout, study_plan
from stc_jax.run_folder.finished_run import Run, read


def finished_runs(folders: Sequence[pathlib.Path]) -> tuple[list[Run], list[str]]:
  """The finished runs in folders of runs and studies, and what is missing of others.

  A run that lies in two of them is taken once.

  Raises:
    InputError: a folder is neither a run nor a study; or no run is finished.
  """
  runs, missing = {}, []
  for name, folder in _named(folders):
    if folder.resolve() in runs:
      continue
    try:
      runs[folder.resolve()] = read(name, folder)
    except InputError as error:
      missing.append(f'{name or folder.name}: {error}')
  if not runs:
    raise InputError(f'nothing to report: {"; ".join(missing)}')
  return _told_apart(list(runs.values())), missing


def _told_apart(runs: list[Run]) -> list[Run]:
  """Runs of one name in one table are told apart by as much of their paths as it takes.

  Those of studies by their study's folder, others by their own.
  """
  times = Counter((run.told, run.name) for run in runs)
  alike = [run for run in runs if times[run.told, run.name] > 1]
  depth, paths = 1, [run.folder.resolve().parts for run in alike]
  while len({path[-depth:] for path in paths}) < len(paths):
    depth += 1
  return [
    dataclasses.replace(run, name=f'{run.name}, {"/".join(run.folder.parts[-depth:])}')
    if times[run.told, run.name] > 1
    else run
    for run in runs
  ]


def _named(folders: Sequence[pathlib.Path]) -> Iterator[tuple[str, pathlib.Path]]:
  """Each run's name and folder; a study's runs one by one."""
  for folder in folders:
    if study_plan.is_study(folder):
      for name, own in study_plan.read(folder).items():
        yield name, folder / own
    elif layout.is_run(folder):
      yield '', folder
    else:
      raise InputError(
        f'{folder}: neither a run nor a study; name a folder that '
        'python -m stc_jax.main made'
      )
