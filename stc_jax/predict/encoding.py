"""Writes pictures as an H.264 video beside the sound of the video they are from."""

import contextlib
import pathlib
from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import numpy as np
from jaxtyping import UInt8

# What every player of MP4 knows; other sound is encoded as AAC.
_COPIED = ('aac', 'mp3')
_TICKS = 90_000
_H264 = {'preset': 'veryfast', 'crf': '21'}


def write(
  path: pathlib.Path,
  pictures: Iterable[UInt8[np.ndarray, 'h w 3']],
  size: tuple[int, int],
  fps: float,
  sound_of: pathlib.Path | None,
) -> None:
  """Writes an MP4 file.

  Args:
    path: where.
    pictures: RGB, of even height and width.
    size: their height and width.
    fps: how many a second.
    sound_of: a video whose sound goes with them; None: there is none.
  """
  with av.open(str(path), 'w', format='mp4', options={'movflags': 'faststart'}) as out:
    stream = out.add_stream('libx264', rate=Fraction(fps).limit_denominator(100_000))
    stream.height, stream.width = size
    stream.pix_fmt, stream.options = 'yuv420p', _H264
    stream.codec_context.time_base = Fraction(1, _TICKS)
    with contextlib.closing(_sound(out, sound_of)) as sound:
      waiting = next(sound, None)
      for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), 'rgb24')
        frame.pts, frame.time_base = round(number / fps * _TICKS), Fraction(1, _TICKS)
        out.mux(stream.encode(frame))
        # In turn: a muxer keeps what it can't order yet.
        while waiting is not None and waiting[0] <= number / fps:
          out.mux(waiting[1])
          waiting = next(sound, None)
      out.mux(stream.encode())
      while waiting is not None and waiting[0] <= (number + 1) / fps:
        out.mux(waiting[1])
        waiting = next(sound, None)


def _sound(
  out: av.container.OutputContainer, path: pathlib.Path | None
) -> Iterator[tuple[float, av.Packet | list[av.Packet]]]:
  """Yields the packets of a video's sound, with seconds from its first picture on."""
  if path is None:
    return
  with av.open(str(path), metadata_errors='ignore') as container:
    if not container.streams.audio:
      return
    own, video = container.streams.audio[0], container.streams.video[0]
    begins = float((video.start_time or 0) * video.time_base)
    copied = own.codec_context.name in _COPIED
    with contextlib.suppress(av.error.InvalidDataError):  # sound that is damaged ends
      yield from (_copied if copied else _encoded)(out, container, own, begins)


def _copied(out, container, own, begins: float):
  stream = out.add_stream_from_template(own)
  for packet in container.demux(own):
    if packet.dts is None:
      continue
    shift = round(begins / packet.time_base)
    packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
    seconds = float(packet.pts * packet.time_base)
    if packet.dts >= 0:
      packet.stream = stream
      yield seconds, packet


def _encoded(out, container, own, begins: float):
  stream = out.add_stream('aac', rate=own.rate or 48_000)
  for frame in container.decode(own):
    shift = round(begins / frame.time_base)
    frame.pts -= shift
    if frame.pts >= 0:
      yield float(frame.pts * frame.time_base), stream.encode(frame)
  yield 0.0, stream.encode()
