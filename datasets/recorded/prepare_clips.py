"""Prepares the clips of a set, shard by shard."""

import concurrent.futures
import functools
import time
from collections.abc import Callable, Sequence
from typing import Any

from stc_jax import files, late
from stc_jax.console import terminal
from stc_jax.console.progress import with_bar
from stc_jax.datasets.recorded.align_clips import RawClip, fingerprint
from stc_jax.datasets.recorded.finish_shards import ShardMaker, finish
from stc_jax.datasets.recorded.outcome import Outcome
from stc_jax.datasets.recorded.shards import cut
from stc_jax.datasets.recorded.work_folder import WorkFolder


def prepare(
  clips: Sequence[RawClip],
  maker: ShardMaker,
  split_of: Callable[[RawClip], str],
  clips_per_shard: int,
  pipeline_options: Any = None,
) -> Outcome:
  """Cuts clips into shards, and finishes those that aren't finished.

  Nobody else works in the folder meanwhile.

  Args:
    clips: those of a set.
    maker: see `ShardMaker`.
    split_of: the split of a clip.
    clips_per_shard: the largest number of clips in a shard.
    pipeline_options: Apache Beam's, to run as a pipeline; None: in this process.
  """
  folder, began = WorkFolder(maker.folder), time.monotonic()
  files.remove_parts(maker.folder)
  with concurrent.futures.ThreadPoolExecutor(maker.workers) as pool:
    marks = list(pool.map(functools.partial(fingerprint, how=maker.alignment), clips))
  shards = list(cut(clips, marks, split_of, clips_per_shard, maker.record_format))
  kept = folder.kept()
  if pipeline_options:
    beam_shards = late.load('stc_jax.datasets.recorded.beam_shards')
    done = beam_shards.finish(maker, shards, kept, pipeline_options)
  else:
    left = sum(len(shard.clips) for shard in shards if not folder.finished(shard))
    console = terminal.console(stderr=True)
    bar = functools.partial(
      with_bar, words='preparing clips', console=console, total=left
    )
    done = finish(maker, shards, kept, bar)
  frames = sum(
    clip.quality.frames
    for shard in done
    for clip in shard.used
    if clip.fingerprint not in kept
  )
  return Outcome(done, frames, time.monotonic() - began)
