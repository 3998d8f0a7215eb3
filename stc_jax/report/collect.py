"""Collects the finished runs in folders of runs and studies."""

import dataclasses
import pathlib
from collections import Counter
from collections.abc import Iterator, Sequence

from stc_jax.errors import InputError
from stc_jax.run_folder import layout, study_plan
from stc_jax.run_folder.finished_run import Run, read


def finished_runs(folders: Sequence[pathlib.Path]) -> tuple[list[Run], list[str]]:
  """Returns the finished runs, and a line on each unfinished or damaged one.

  A run that is in two of the folders is taken once.

  Raises:
    InputError: a folder is neither a run nor a study, or no run is finished.
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
  return _with_unique_names(list(runs.values())), missing


def _with_unique_names(runs: list[Run]) -> list[Run]:
  """Adds to equal names in one table as much of the paths as makes them differ."""
  times = Counter((run.dataset_key, run.name) for run in runs)
  alike = [run for run in runs if times[run.dataset_key, run.name] > 1]
  depth, paths = 1, [run.folder.resolve().parts for run in alike]
  while len({path[-depth:] for path in paths}) < len(paths):
    depth += 1
  return [
    dataclasses.replace(run, name=f'{run.name}, {"/".join(run.folder.parts[-depth:])}')
    if times[run.dataset_key, run.name] > 1
    else run
    for run in runs
  ]


def _named(folders: Sequence[pathlib.Path]) -> Iterator[tuple[str, pathlib.Path]]:
  """Yields the name and folder of each run; a run outside of studies has no name."""
  for folder in folders:
    if study_plan.is_study(folder):
      for name, own in study_plan.read(folder).items():
        yield name, folder / own
    elif layout.is_run(folder):
      yield '', folder
    else:
      raise InputError(
        f'{folder}: neither a run nor a study nor a test; name a folder that '
        'python -m stc_jax.main made'
      )
