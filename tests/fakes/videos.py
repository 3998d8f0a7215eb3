"""Unusual videos, written for tests."""

from fractions import Fraction

import av
import numpy as np


def write(
  path, frames, codec='libx264', fps=25, tone=None, pixels='yuv420p', rate=48000
):
  """Writes frames, and with `tone`, a codec, 440 Hz that last as long."""
  with av.open(str(path), 'w') as container:
    stream = container.add_stream(codec, rate=fps)
    stream.height, stream.width = frames[0].shape[:2]
    stream.pix_fmt = pixels
    sound = container.add_stream(tone, rate=rate) if tone else None
    for number, picture in enumerate(frames):
      frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), 'rgb24')
      frame.pts, frame.time_base = number, Fraction(1, fps)
      container.mux(stream.encode(frame))
    container.mux(stream.encode())
    if tone:
      times = np.arange(rate * len(frames) // fps) / rate
      wave = (8000 * np.sin(2 * np.pi * 440 * times)).astype(np.int16)[None]
      block = av.AudioFrame.from_ndarray(wave, format='s16', layout='mono')
      block.sample_rate, block.pts = rate, 0
      container.mux(sound.encode(block))
      container.mux(sound.encode())
  return path


def nodding(count, size=48):
  """Frames of a blob that moves down, as crops of a face do."""
  y, x = np.mgrid[:size, :size]
  return [
    np.repeat(
      (220 * np.exp(-((x - 24) ** 2 + (y - 10 - i) ** 2) / 90)).astype(np.uint8)[
        ..., None
      ],
      3,
      axis=2,
    )
    for i in range(count)
  ]
