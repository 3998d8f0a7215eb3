"""Writes pictures as an H.264 video, which has no sound yet (see `sound`)."""

import pathlib
from collections.abc import Iterable
from fractions import Fraction

import av
import numpy as np
from jaxtyping import UInt8

# The index stands before the pictures, so that a browser plays while it loads.
MP4 = {'format': 'mp4', 'options': {'movflags': 'faststart'}}
_TICKS = 90_000
_H264 = {'preset': 'veryfast', 'crf': '21'}


def write(
  path: pathlib.Path,
  pictures: Iterable[UInt8[np.ndarray, 'h w 3']],
  size: tuple[int, int],
  fps: float,
) -> None:
  """Writes an MP4 file.

  Args:
    path: where.
    pictures: RGB, of even height and width.
    size: their height and width.
    fps: how many a second.
  """
  with av.open(f'file:{path}', 'w', **MP4) as out:
    stream = out.add_stream('libx264', rate=Fraction(fps).limit_denominator(100_000))
    stream.height, stream.width = size
    stream.pix_fmt, stream.options = 'yuv420p', _H264
    stream.codec_context.time_base = Fraction(1, _TICKS)
    for number, picture in enumerate(pictures):
      frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), 'rgb24')
      frame.pts, frame.time_base = round(number / fps * _TICKS), Fraction(1, _TICKS)
      out.mux(stream.encode(frame))
    out.mux(stream.encode())
