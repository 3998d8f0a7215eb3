"""Measures the memory that loading a set takes.

    python -m benchmarks.memory --clips=20000

Writes clips of noise, 18 frames of 64 x 64, as a prepared set into a temporary folder.
Loads it in a separate process and puts it on the device. Prints the peak of anonymous
memory of that process (Linux), and the bytes of the clips.
"""

import argparse
import functools
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

import jax
import numpy as np
import tensorflow_datasets as tfds

from stc_jax.data.device_data import device_arrays
from stc_jax.data.input import COLOURS, InputConfig
from stc_jax.data.reading import read

SIZE = InputConfig(18, 64, 64, 0.0, 'uniform', 'same', (), ('original',))


_CLIPS_PER_SHARD = 500


class NoiseClips(tfds.core.ShardBasedBuilder, skip_registration=True):
  """`count` clips of noise."""

  VERSION = tfds.core.Version('1.0.0')
  RELEASE_NOTES = {'1.0.0': 'First version.'}  # noqa: RUF012
  pkg_dir_path = pathlib.Path(__file__).parent
  count = 0

  def _info(self) -> tfds.core.DatasetInfo:
    frames = tfds.features.Tensor(
      shape=(None, SIZE.height, SIZE.width, COLOURS), dtype=np.uint8, encoding='bytes'
    )
    features = {
      'frames': frames,
      'label': tfds.features.ClassLabel(names=['one', 'other']),
      'subject': tfds.features.Text(),
      'clip': tfds.features.Text(),
      'fps': tfds.features.Scalar(np.float32),
    }
    return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

  def _shard_iterators_per_split(self, dl_manager) -> dict:
    starts = range(0, self.count, _CLIPS_PER_SHARD)
    return {'data': [functools.partial(self._clips, start) for start in starts]}

  def _clips(self, start: int):
    random = np.random.default_rng(start)
    shape = (SIZE.frames, SIZE.height, SIZE.width, COLOURS)
    for number in range(start, min(start + _CLIPS_PER_SHARD, self.count)):
      yield (
        number,
        {
          'frames': random.integers(0, 256, shape, np.uint8),
          'label': number % 2,
          'subject': f'{number % 100}',
          'clip': f'{number:06}',
          'fps': 25.0,
        },
      )


class Peak(threading.Thread):
  """Records the peak of this process's anonymous memory, in bytes."""

  def __init__(self):
    super().__init__(daemon=True)
    self.first, self.most = anonymous(), 0

  def run(self) -> None:
    """Samples the memory a hundred times a second."""
    while True:
      self.most = max(self.most, anonymous())
      time.sleep(0.01)


def anonymous(process: int | str = 'self') -> int:
  """The anonymous memory of a process, in bytes (Linux)."""
  status = pathlib.Path(f'/proc/{process}/status').read_text(encoding='utf-8')
  (line,) = [line for line in status.splitlines() if line.startswith('RssAnon')]
  return 1024 * int(line.split()[1])


def load(folder: str) -> dict:
  """Loads the set in `folder`; returns the time and the memory that it took."""
  peak, began = Peak(), time.perf_counter()
  peak.start()
  clip_set = read(tfds.builder_from_directory(folder), SIZE)
  jax.block_until_ready(jax.device_put(device_arrays(clip_set)))
  return {
    'bytes': clip_set.frames.nbytes,
    'before': peak.first,
    'peak': peak.most,
    'seconds': time.perf_counter() - began,
  }


def prepared(kind: type[tfds.core.ShardBasedBuilder], home: str) -> str:
  """Prepares a set below `home`, and returns its folder."""
  builder = kind(data_dir=home)
  tfds.disable_progress_bar()
  builder.download_and_prepare(file_format='array_record')
  return str(builder.data_path)


def alone(module: str, *flags: str) -> dict:
  """Runs a module in a separate process; returns the JSON of its last line."""
  argv = [sys.executable, '-m', module, *flags]
  done = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True)
  return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
  """Measures a set with the given number of clips."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--clips', type=int, default=20_000)
  parser.add_argument('--load', default='', help=argparse.SUPPRESS)
  given = parser.parse_args()
  if given.load:
    print(json.dumps(load(given.load)))
    return
  with tempfile.TemporaryDirectory() as home:
    NoiseClips.count = given.clips
    found = alone('benchmarks.memory', f'--load={prepared(NoiseClips, home)}')
  own, before, most = (found[k] / 1e9 for k in ('bytes', 'before', 'peak'))
  print(
    f'{given.clips} clips of {own:.2f} GB: at most {most:.2f} GB of anonymous memory, '
    f'{most / own:.2f} times as much ({before:.2f} GB before), in '
    f'{found["seconds"]:.0f} s'
  )


if __name__ == '__main__':
  main()
