"""Measures predictions: peak memory by the length of the video, frames a second.

  python -m benchmarks.prediction --model=RUN --minutes=1,20
  python -m benchmarks.prediction --model=RUN --minutes=0.1667 --cold  # a first answer

The videos show a real face (scikit-image's astronaut) that moves in a loop, 640 x 480
at 25 frames a second. Each is predicted in a separate process by the command that users
run, with all output files. Memory is the peak of the process (anonymous memory and
mapped files).
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from typing import NamedTuple

import av
import cv2
import numpy as np
import skimage.data
from absl import flags

from stc_jax import machine
from stc_jax.cli import command_line

_MODEL = flags.DEFINE_string(
  'model', None, 'A run, or one of its models.', required=True
)
_MINUTES = flags.DEFINE_list('minutes', ['1', '20'], 'Lengths of the videos.')
_COLD = flags.DEFINE_bool(
  'cold', False, 'Every prediction compiles its programs, as the first one does.'
)
_SIZE = flags.DEFINE_string('size', '640x480', 'Width x height of the videos.')

_FPS, _LOOP_SECONDS = 25, 4


def loop(width: int, height: int) -> list[np.ndarray]:
  """Frames of a real face that nods and comes nearer, in a loop without a jump."""
  picture = skimage.data.astronaut()
  frames = []
  for number in range(_LOOP_SECONDS * _FPS):
    phase = 2 * np.pi * number / (_LOOP_SECONDS * _FPS)
    scale = 0.9 * height / 480 * (1 + 0.06 * np.sin(phase))
    x, y = width / 2 - 225 * scale, height * 0.42 - 102 * scale + 6 * np.sin(2 * phase)
    matrix = np.array([[scale, 0, x], [0, scale, y]])
    frames.append(cv2.warpAffine(picture, matrix, (width, height)))
  return frames


def write(path: pathlib.Path, seconds: float, width: int, height: int) -> int:
  """Writes repeats of the loop for some seconds; returns the number of frames."""
  frames, count = loop(width, height), round(seconds * _FPS)
  with av.open(str(path), 'w') as container:
    stream = container.add_stream('libx264', rate=_FPS)
    stream.height, stream.width, stream.pix_fmt = height, width, 'yuv420p'
    stream.options = {'preset': 'veryfast'}
    for number in range(count):
      frame = av.VideoFrame.from_ndarray(frames[number % len(frames)], 'rgb24')
      frame.pts, frame.time_base = number, Fraction(1, _FPS)
      container.mux(stream.encode(frame))
    container.mux(stream.encode())
  return count


class Used(NamedTuple):
  """What a prediction's process took, from its start to its end."""

  mebibytes: float  # at most
  cpu_seconds: float
  seconds: float


def measure(model: str, video: pathlib.Path, cold: bool) -> tuple[Used, dict]:
  """Predicts a video in a separate process; also returns the prediction's record.

  `cold` leaves it no compiled program of an earlier one.
  """
  out = video.parent / 'answers'
  command = [sys.executable, '-m', 'stc_jax.predict', f'--model={model}']
  command += ['--align=mtcnn', f'--out={out}', str(video)]
  programs = {'JAX_COMPILATION_CACHE_DIR': tempfile.mkdtemp(dir=video.parent)}
  env, began = os.environ | (programs if cold else {}), time.perf_counter()
  process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=env)
  _, status, used = os.wait4(process.pid, 0)
  seconds = time.perf_counter() - began
  if status:
    raise SystemExit(f'{video}: the prediction failed')
  record = json.loads((out / f'{video.stem}.json').read_text(encoding='utf-8'))
  return Used(used.ru_maxrss / 1024, used.ru_utime + used.ru_stime, seconds), record


def main() -> None:
  """Prints a line for each length."""
  width, height = map(int, _SIZE.value.split('x'))
  with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    if not _COLD.value:
      warm = folder / 'warm.mp4'
      write(warm, 2, width, height)
      measure(_MODEL.value, warm, cold=False)  # programs are compiled, and kept
    print(f'{width} x {height}, {machine.cores()} cores')
    columns = 'minutes | peak memory, MiB | frames a second | answering | writing'
    print(f'| {columns} | cores busy, s | from start to end, s |')
    print('|---|---|---|---|---|---|---|')
    for minutes in map(float, _MINUTES.value):
      video = folder / f'{minutes:g}.mp4'
      frames = write(video, 60 * minutes, width, height)
      used, record = measure(_MODEL.value, video, _COLD.value)
      parts = record['seconds']
      rates = [frames / sum(parts.values()), *(frames / s for s in parts.values())]
      rates = ' | '.join(f'{rate:.1f}' for rate in rates)
      row = f'| {minutes:g} | {used.mebibytes:.0f} | {rates} | {used.cpu_seconds:.0f} '
      print(f'{row}| {used.seconds:.1f} |', flush=True)


if __name__ == '__main__':
  command_line.run(main)
