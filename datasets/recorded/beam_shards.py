"""Finishes shards as a pipeline of Apache Beam, by any of its runners.

Each worker reads its tasks from the work folder and writes its shards there, so all
workers share that folder and the raw files. The pipeline itself is a list of names.
"""

import contextlib
import io
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import apache_beam as beam
from apache_beam.options.pipeline_options import (
  PipelineOptions,
  StandardOptions,
  WorkerOptions,
)
from apache_beam.runners.runner import create_runner

from stc_jax.datasets.recorded import finish_shards
from stc_jax.datasets.recorded.finish_shards import ShardMaker
from stc_jax.datasets.recorded.shards import Shard
from stc_jax.datasets.recorded.work_folder import FinishedShard, KeptClip, WorkFolder
from stc_jax.errors import InputError

_FLAG = '--beam_pipeline_options'


class ShardTask(NamedTuple):
  """What a worker is told: how to make a shard, and the clips that it needn't align."""

  maker: ShardMaker
  shard: Shard
  kept: dict[str, KeptClip]


def pipeline_options(given: Sequence[str]) -> PipelineOptions:
  """Parses options of Beam and of its runners.

  Args:
    given: such as '--runner=DirectRunner'.

  Raises:
    InputError: an option or the runner is unknown, or a value is wrong.
  """
  said = io.StringIO()
  try:
    with contextlib.redirect_stderr(said):
      options = PipelineOptions(list(given))
      known = PipelineOptions([]).get_all_options()
      asked = options.get_all_options(retain_unknown_options=True)
      create_runner(options.view_as(StandardOptions).runner or 'DirectRunner')
  except SystemExit as error:  # of argparse
    words = said.getvalue().splitlines()[-1].rpartition('error: ')[2]
    raise InputError(f'{_FLAG}: {words}') from error
  except (ImportError, ValueError) as error:
    raise InputError(f'{_FLAG}: {error}') from error
  unknown = [f'--{name}' for name in asked.keys() - known.keys()]
  unknown += [word for word in given if not word.startswith('--')]
  if unknown:
    raise InputError(
      f'{_FLAG}: Beam has no option {", ".join(sorted(unknown))}; write '
      '--name=value, with commas between them'
    )
  return options


def finish(
  maker: ShardMaker,
  shards: Sequence[Shard],
  kept: Mapping[str, KeptClip],
  options: PipelineOptions,
) -> list[FinishedShard]:
  """Does as `finish_shards.finish`, to the same bytes.

  Raises:
    InputError: the workers wrote to another folder.
  """
  quiet = options.view_as(WorkerOptions)
  quiet.default_sdk_harness_log_level = quiet.default_sdk_harness_log_level or 'ERROR'
  folder = WorkFolder(maker.folder)
  tasks = [
    _written(folder, ShardTask(maker, shard, _of(shard, kept)))
    for shard in shards
    if not folder.finished(shard)
  ]
  if tasks:
    with beam.Pipeline(options=options) as pipeline:
      _ = pipeline | beam.Create(tasks) | beam.Reshuffle() | beam.Map(finish_one)
  done = [folder.described(shard) for shard in shards]
  if None in done:
    raise InputError(
      f'{folder.path}: {done.count(None)} of {len(done)} shards are not there; all '
      'workers of the pipeline must see --data_dir by this name'
    )
  return done


def finish_one(path: str) -> None:
  """Finishes the shard of a task, in a worker."""
  with open(path, 'rb') as file:
    task = pickle.load(file)
  kept = task.kept | WorkFolder(task.maker.folder).journaled(task.shard)
  finish_shards.finish(task.maker, [task.shard], kept)


def _of(shard: Shard, kept: Mapping[str, KeptClip]) -> dict[str, KeptClip]:
  return {mark: kept[mark] for mark in shard.fingerprints if mark in kept}


def _written(folder: WorkFolder, task: ShardTask) -> str:
  path: Path = folder.path / f'{task.shard.name}.task'
  path.write_bytes(pickle.dumps(task))
  return str(path)
