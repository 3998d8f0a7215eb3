"""Measures a set as large as BP4D on this machine: time to the first step, memory.

    python -m benchmarks.coded_sets --frames=146847
    python -m benchmarks.coded_sets --frames=146847 --placement=host

Writes frames of noise, 64 x 64, in the form of BP4D into a temporary folder. Then it
starts `launch/bp4d.py` on them twice, in separate processes, for one step each or
`--chunks` steps, and prints the seconds to the end of the last step and the peak of
anonymous memory (Linux). The first start writes the frame store, the second maps it.
"""

import argparse
import functools
import json
import pathlib
import tempfile
import time

import numpy as np
import tensorflow_datasets as tfds

from benchmarks.memory import Peak, alone, prepared
from stc_jax.console import terminal
from stc_jax.data import frame_reading, protocols
from stc_jax.data.trial_arrays import trial_arrays
from stc_jax.launch import bp4d
from stc_jax.runs import assemble
from stc_jax.runs.config import Experiment, from_sections
from stc_jax.runs.resolve import resolve
from stc_jax.runs.run_data import RunData
from stc_jax.tasks.registry import task_of

_LENGTH, _SIDE = 448, 64  # of a recording, about as BP4D's


class NoiseFrames(tfds.core.ShardBasedBuilder, skip_registration=True):
  """`count` coded frames of noise, of 40 subjects in two splits."""

  VERSION = tfds.core.Version('1.0.0')
  RELEASE_NOTES = {'1.0.0': 'First version.'}  # noqa: RUF012
  pkg_dir_path = pathlib.Path(__file__).parent
  count = 0

  def _info(self) -> tfds.core.DatasetInfo:
    tensor = {'encoding': 'bytes'}
    features = {
      'frames': tfds.features.Tensor(
        shape=(None, _SIDE, _SIDE, 3), dtype=np.uint8, **tensor
      ),
      'aus': tfds.features.Tensor(shape=(None, 99), dtype=np.int8, **tensor),
      'frame_numbers': tfds.features.Tensor(shape=(None,), dtype=np.int32, **tensor),
      'subject': tfds.features.Text(),
      'clip': tfds.features.Text(),
      'fps': tfds.features.Scalar(np.float32),
    }
    return self.dataset_info_from_configs(
      features=tfds.features.FeaturesDict(features),
      metadata=tfds.core.MetadataDict({'au_numbers': list(range(1, 100))}),
      disable_shuffling=True,
    )

  def _shard_iterators_per_split(self, dl_manager) -> dict:
    half = self.count // 2
    return {
      'train': self._shards(0, self.count - half),
      'validation': self._shards(1, half),
    }

  def _shards(self, odd: int, count: int) -> list:
    """A shard is a recording."""
    return [
      functools.partial(self._recording, odd, number, min(_LENGTH, count - start))
      for number, start in enumerate(range(0, count, _LENGTH))
    ]

  def _recording(self, odd: int, number: int, length: int):
    random = np.random.default_rng((odd, number))
    subject = 2 * (number % 20) + odd + 1
    yield (
      number,
      {
        'frames': random.integers(0, 256, (length, _SIDE, _SIDE, 3), np.uint8),
        'aus': random.integers(0, 2, (length, 99), np.int8),
        'frame_numbers': np.arange(1, length + 1, dtype=np.int32),
        'subject': f'F{subject:03}',
        'clip': f'F{subject:03}_{number:04}',
        'fps': 25.0,
      },
    )


def first_step(folder: str, placement: str, chunks: int) -> dict:
  """Trains for `chunks` steps on the set in `folder`; returns what that took."""
  peak, began = Peak(), time.perf_counter()
  peak.start()
  config = bp4d.get_config()
  config.execution.placement = placement
  config.execution.steps_per_chunk = 1
  config.protocol.repeats = 1
  experiment = from_sections(config.to_dict())
  builder = tfds.builder_from_directory(folder)
  clip_set = frame_reading.read(builder, experiment.input, experiment.task.aus)
  read = time.perf_counter() - began
  trials = protocols.trials(clip_set, experiment.protocol)
  training, task = experiment.training, task_of(experiment.task)
  arrays = trial_arrays(
    clip_set, trials, training.steps, training.batch_size, task.weights, task.sample
  )
  data = RunData(builder, experiment.input, clip_set, trials, arrays, trials)
  experiment, compiled = train(experiment, data, chunks)
  seconds = time.perf_counter() - began
  return {
    'bytes': clip_set.frames.nbytes,
    'placement': experiment.execution.placement,
    'read': read,
    'compile': compiled,
    'seconds': seconds,
    'peak': peak.most,
  }


def train(
  experiment: Experiment, data: RunData, chunks: int
) -> tuple[Experiment, float]:
  """Trains the first trial for so many chunks of steps.

  Returns:
    The experiment, resolved; and the seconds that compiling took.
  """
  experiment = resolve(experiment, data, 1, terminal.console(quiet=True))
  giver = assemble.placement_of(experiment, data)
  made = assemble.programs_of(experiment, data, giver, trials=1)
  first = np.zeros(1, int)
  given = giver.chunks(made, first, first)
  states = None
  for _ in range(chunks):
    step = next(given)
    states = states or made.init(step.arrays)
    states, progress = made.train_chunk(step.data, step.arrays, states)
    progress.loss.block_until_ready()
  return experiment, made.compile_seconds


def main() -> None:
  """Measures both starts."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--frames', type=int, default=146_847)
  parser.add_argument('--placement', default='auto')
  parser.add_argument('--chunks', type=int, default=1)
  parser.add_argument('--start', default='', help=argparse.SUPPRESS)
  given = parser.parse_args()
  if given.start:
    print(json.dumps(first_step(given.start, given.placement, given.chunks)))
    return
  with tempfile.TemporaryDirectory() as home:
    NoiseFrames.count = given.frames
    folder = prepared(NoiseFrames, home)
    flags = (f'--placement={given.placement}', f'--chunks={given.chunks}')
    for start in ('first', 'second'):
      found = alone('benchmarks.coded_sets', f'--start={folder}', *flags)
      print(
        f'{start} start, {given.frames} frames of {found["bytes"] / 1e9:.2f} GB on the '
        f'{found["placement"]}: {found["read"]:.1f} s to open them, '
        f'{found["compile"]:.1f} s to compile, {given.chunks} steps made after '
        f'{found["seconds"]:.1f} s; at most {found["peak"] / 1e9:.2f} GB of anonymous '
        'memory',
        flush=True,
      )


if __name__ == '__main__':
  main()
