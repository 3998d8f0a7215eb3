"""Writes pictures as an H.264 video, and copies the sound of their source to it.

Sound that MP4 can't hold is encoded as AAC. Sound that can't be read is left out, with
a note; the pictures are kept in any case.
"""

import heapq
import pathlib
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

import av
import numpy as np
from jaxtyping import UInt8

from stc_jax.errors import InputError, message_of
from stc_jax.faces.decoding.container import blames_video, picture_of

# The index stands before the pictures, so that a browser plays while it loads.
_MP4 = {'format': 'mp4', 'options': {'movflags': 'faststart'}}
_TICKS = 90_000
_H264 = {'preset': 'veryfast', 'crf': '21'}
# Every player of MP4 knows these codecs; other sound is encoded as AAC.
_COPIED = ('aac', 'mp3')
_RATE = 48_000  # samples a second, where AAC doesn't have the sound's own rate


def write(
  path: pathlib.Path,
  pictures: Iterable[UInt8[np.ndarray, 'h w 3']],
  size: tuple[int, int],
  fps: float,
) -> None:
  """Writes an MP4 file without sound.

  Args:
    path: of the file.
    pictures: RGB, of even height and width.
    size: height and width of the pictures.
    fps: pictures a second.
  """
  with av.open(f'file:{path}', 'w', **_MP4) as out:
    stream = out.add_stream('libx264', rate=Fraction(fps).limit_denominator(100_000))
    stream.height, stream.width = size
    stream.pix_fmt, stream.options = 'yuv420p', _H264
    stream.codec_context.time_base = Fraction(1, _TICKS)
    for number, picture in enumerate(pictures):
      frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), 'rgb24')
      frame.pts, frame.time_base = round(number / fps * _TICKS), Fraction(1, _TICKS)
      out.mux(stream.encode(frame))
    out.mux(stream.encode())


def add_sound(video: pathlib.Path, source: pathlib.Path) -> str:
  """Adds the sound of one video to another.

  Args:
    video: an MP4 file without sound; it is replaced by one with sound.
    source: the video whose sound is taken, for as long as `video` lasts.

  Returns:
    What is missing of the sound, in one line; '' if nothing is missing.
  """
  part, missing = video.with_name('.sound'), ''
  for packets_of in (_copied, _encoded):
    try:
      missing = _join(part, video, source, packets_of)
    # Damaged sound raises errors of many kinds; the pictures must not be lost to them.
    except Exception as error:
      if not blames_video(error):
        raise
      missing = f'the sound is left out ({message_of(error)})'
      continue
    if part.exists():
      part.replace(video)
    return missing
  part.unlink(missing_ok=True)
  return missing


def _join(
  part: pathlib.Path, video: pathlib.Path, path: pathlib.Path, packets_of: Callable
) -> str:
  """Writes `part`, unless there is no sound; returns what is missing of the sound."""
  with (
    av.open(f'file:{video}') as pictures,
    av.open(f'file:{path}', metadata_errors='ignore') as source,
  ):
    if not source.streams.audio:
      return ''
    shown = picture_of(source)
    begins = float((shown.start_time or 0) * shown.time_base)
    seconds = pictures.duration / av.time_base
    sound = _SoundReader(source.streams.audio[0], begins, seconds)
    with av.open(f'file:{part}', 'w', **_MP4) as out:
      stream = out.add_stream_from_template(pictures.streams.video[0])
      # In order of time: a muxer buffers packets that come too early.
      packets = _of_pictures(pictures, stream), packets_of(out, sound)
      for packet in heapq.merge(*packets, key=_seconds):
        out.mux(packet)
  return 'damaged parts of the sound are left out' if sound.damaged else ''


def _seconds(packet: av.Packet) -> float:
  return float(packet.dts * packet.time_base)


def _of_pictures(
  container: av.container.InputContainer, stream: av.VideoStream
) -> Iterator[av.Packet]:
  for packet in container.demux(video=0):
    if packet.dts is not None:
      packet.stream = stream
      yield packet


class _SoundReader:
  """Reads a video's sound from the time of its first picture.

  Args:
    stream: the sound of the video.
    begins: the time of the first picture, in seconds.
    seconds: the length of all pictures together.

  Attributes:
    stream: as given.
    damaged: the number of packets that couldn't be decoded.

  Raises:
    InputError: FFmpeg doesn't know the codec.
  """

  def __init__(self, stream: av.AudioStream, begins: float, seconds: float):
    if stream.codec_context is None:
      raise InputError('its codec is unknown')
    self.stream, self.damaged = stream, 0
    self._begins, self._seconds = begins, seconds

  def packets(self) -> Iterator[av.Packet]:
    """Yields the packets; their times count from the first picture."""
    for packet in self.stream.container.demux(self.stream):
      if packet.dts is None or packet.pts is None:
        continue
      shift = round(self._begins / packet.time_base)
      packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
      if _seconds(packet) > self._seconds:
        return
      if packet.dts >= 0:
        yield packet

  def frames(self) -> Iterator[av.AudioFrame]:
    """Yields the frames that can be decoded.

    Raises:
      InputError: no frame can be decoded.
    """
    decoded = 0
    for packet in self.packets():
      try:
        for frame in packet.decode():
          decoded += 1
          yield frame
      except av.error.InvalidDataError:
        self.damaged += 1
    if self.damaged and not decoded:
      raise InputError('it is damaged')


def _copied(
  out: av.container.OutputContainer, sound: _SoundReader
) -> Iterator[av.Packet]:
  if sound.stream.codec_context.name not in _COPIED:
    raise InputError('a player may not know its codec')
  stream = out.add_stream_from_template(sound.stream)
  for packet in sound.packets():
    packet.stream = stream
    yield packet


def _encoded(
  out: av.container.OutputContainer, sound: _SoundReader
) -> Iterator[av.Packet]:
  rates, own = av.Codec('aac', 'w').audio_rates, sound.stream.rate
  stream, end = out.add_stream('aac', rate=own if own in rates else _RATE), 0
  for frame in sound.frames():
    frame.pts = max(frame.pts, end)  # no frame may begin before the last one's end
    end = frame.pts + round(frame.samples / frame.sample_rate / frame.time_base)
    yield from stream.encode(frame)
  yield from stream.encode()
