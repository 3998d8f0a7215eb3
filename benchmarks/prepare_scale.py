"""Measures the preparation of large sets: time and memory, and the first step on them.

    python -m benchmarks.prepare_scale
    python -m benchmarks.prepare_scale --stills=0 --clips=8000 --folder=/some/disk

Writes raw files for `clip_folder` into a temporary folder: stills of 48 x 48, and
videos of 64 x 64. Prepares them by the command of users, in a process of its own, and
prints the seconds and the peak of its anonymous memory (RssAnon in /proc/PID/status, a
hundred times a second; Linux). The set of videos is then opened for training with
frames on the host, up to the end of the first step. Equal videos are one file.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np

from benchmarks.coded_sets import train
from benchmarks.memory import Peak, alone, anonymous
from stc_jax.launch import clip_folder
from stc_jax.runs import run_data
from stc_jax.runs.config import from_sections

_LABELS, _SUBJECTS, _VIDEOS = 5, 200, 100
_FPS = 25.0


def write_stills(folder: pathlib.Path, count: int) -> None:
  """Writes clips of one frame of noise, as PNG."""
  random = np.random.default_rng(0)
  for number in range(count):
    clip = _clip(folder, number, number)
    clip.mkdir(parents=True)
    image = random.integers(0, 256, (48, 48, 3), np.uint8)
    assert cv2.imwrite(str(clip / '0.png'), image)


def write_videos(folder: pathlib.Path, count: int, frames: int) -> None:
  """Writes videos of noise; all but the first hundred are links to those."""
  random = np.random.default_rng(0)
  made = []
  for number in range(count):
    path = _clip(folder, number, number % _VIDEOS).with_suffix('.avi')
    path.parent.mkdir(parents=True, exist_ok=True)
    if number >= _VIDEOS:
      os.link(made[number % _VIDEOS], path)
      continue
    codec = cv2.VideoWriter_fourcc(*'MJPG')
    writer = cv2.VideoWriter(str(path), codec, _FPS, (64, 64))
    for frame in random.integers(0, 256, (frames, 64, 64, 3), np.uint8):
      writer.write(frame)
    writer.release()
    made.append(path)


def _clip(folder: pathlib.Path, number: int, content: int) -> pathlib.Path:
  return folder / f'label{content % _LABELS}' / f's{number % _SUBJECTS}_{number}'


def prepare(raw: pathlib.Path, data: pathlib.Path) -> str:
  """Prepares a folder; returns what that took, or how it ended."""
  flags = (f'--manual_dir={raw}', f'--data_dir={data}')
  argv = [sys.executable, '-m', 'stc_jax.prepare', '--dataset=clip_folder', *flags]
  began, peak = time.perf_counter(), 0
  with tempfile.TemporaryFile('w+', encoding='utf-8') as errors:
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=errors)
    while process.poll() is None:
      try:
        peak = max(peak, anonymous(process.pid))
      except ValueError:  # it has just ended
        continue
      time.sleep(0.01)
    seconds = time.perf_counter() - began
    errors.seek(0)
    last = errors.read().splitlines()[-1:]
  how = 'prepared' if not process.returncode else f'ended in {last}'
  return f'{how} after {seconds:.1f} s; at most {peak / 1e9:.2f} GB of anonymous memory'


def first_step(data: str) -> dict:
  """Opens the set for training on the host, and makes a step."""
  peak, began = Peak(), time.perf_counter()
  peak.start()
  config = clip_folder.get_config()
  config.execution.update(data_dir=data, placement='host', steps_per_chunk=1)
  experiment = from_sections(config.to_dict())
  loaded = run_data.load(experiment)
  read = time.perf_counter() - began
  train(experiment, loaded, chunks=1)
  seconds = time.perf_counter() - began
  frames = loaded.clip_set.frames.nbytes
  return {'bytes': frames, 'read': read, 'seconds': seconds, 'peak': peak.most}


def main() -> None:
  """Measures both sets."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--stills', type=int, default=6000)
  parser.add_argument('--clips', type=int, default=8000)
  parser.add_argument('--frames', type=int, default=66, help='of each clip')
  parser.add_argument('--folder', default=None, help='has room for some 15 GB')
  parser.add_argument('--step', default='', help=argparse.SUPPRESS)
  given = parser.parse_args()
  if given.step:
    print(json.dumps(first_step(given.step)))
    return
  with tempfile.TemporaryDirectory(dir=given.folder) as home:
    root = pathlib.Path(home)
    if given.stills:
      write_stills(root / 'stills', given.stills)
      how = prepare(root / 'stills', root / 'data')
      print(f'{given.stills} stills: {how}', flush=True)
      shutil.rmtree(root / 'data')
    if given.clips:
      write_videos(root / 'clips', given.clips, given.frames)
      size = given.clips * given.frames * 64 * 64 * 3 / 1e9
      how = prepare(root / 'clips', root / 'data')
      print(f'{given.clips} clips of {size:.2f} GB: {how}', flush=True)
      if not how.startswith('prepared'):
        return
      found = alone('benchmarks.prepare_scale', f'--step={root / "data"}')
      print(
        f'training on the host: {found["bytes"] / 1e9:.2f} GB of frames read after '
        f'{found["read"]:.1f} s, the first step made after {found["seconds"]:.1f} s; '
        f'at most {found["peak"] / 1e9:.2f} GB of anonymous memory'
      )


if __name__ == '__main__':
  main()
