"""Lays the sound of a video beside pictures that are made from it.

Sound that MP4 can't hold as it is, is encoded anew; what nobody can read is left out,
and said to be. Pictures are never lost to it.
"""

import heapq
import pathlib
from collections.abc import Callable, Iterator

import av

from stc_jax.errors import InputError, told
from stc_jax.faces.container import blames_video, picture_of
from stc_jax.predict.encoding import MP4

# What every player of MP4 knows; other sound is encoded as AAC.
_COPIED = ('aac', 'mp3')
_RATE = 48_000  # a second, of sound whose own rate AAC doesn't have


def add(video: pathlib.Path, source: pathlib.Path) -> str:
  """Adds the sound of one video to another, whose pictures it has.

  Args:
    video: an MP4 file without sound; is replaced by one with it.
    source: the video whose sound is taken, as long as `video` lasts.

  Returns:
    What is missing of the sound, in one line; '': nothing.
  """
  part, why = video.with_name('.sound'), ''
  for way in (_copied, _encoded):
    try:
      why = _join(part, video, source, way)
    # Of sound from anywhere anything may come; the pictures are there.
    except Exception as error:
      if not blames_video(error):
        raise
      why = f'the sound is left out ({told(error)})'
      continue
    if part.exists():
      part.replace(video)
    return why
  part.unlink(missing_ok=True)
  return why


def _join(
  part: pathlib.Path, video: pathlib.Path, path: pathlib.Path, way: Callable
) -> str:
  """Writes `part`, unless there is no sound; returns what is missing of it."""
  with (
    av.open(f'file:{video}') as pictures,
    av.open(f'file:{path}', metadata_errors='ignore') as source,
  ):
    if not source.streams.audio:
      return ''
    shown = picture_of(source)
    begins = float((shown.start_time or 0) * shown.time_base)
    sound = _Sound(source.streams.audio[0], begins, pictures.duration / av.time_base)
    with av.open(f'file:{part}', 'w', **MP4) as out:
      stream = out.add_stream_from_template(pictures.streams.video[0])
      # In turn: a muxer keeps what it can't order yet.
      of_both = _of_pictures(pictures, stream), way(out, sound)
      for packet in heapq.merge(*of_both, key=_seconds):
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


class _Sound:
  """A video's sound, from its first picture on.

  Args:
    stream: of the video.
    begins: when the first picture is shown, in seconds.
    lasts: how long all pictures are, in seconds.

  Attributes:
    stream: as given.
    damaged: how many packets couldn't be decoded.

  Raises:
    InputError: FFmpeg doesn't know its codec.
  """

  def __init__(self, stream: av.AudioStream, begins: float, lasts: float):
    if stream.codec_context is None:
      raise InputError('its codec is unknown')
    self.stream, self.damaged = stream, 0
    self._begins, self._lasts = begins, lasts

  def packets(self) -> Iterator[av.Packet]:
    """Yields its packets; their times count from the first picture."""
    for packet in self.stream.container.demux(self.stream):
      if packet.dts is None or packet.pts is None:
        continue
      shift = round(self._begins / packet.time_base)
      packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
      if _seconds(packet) > self._lasts:
        return
      if packet.dts >= 0:
        yield packet

  def frames(self) -> Iterator[av.AudioFrame]:
    """Yields what can be decoded of it.

    Raises:
      InputError: that is nothing.
    """
    heard = 0
    for packet in self.packets():
      try:
        for frame in packet.decode():
          heard += 1
          yield frame
      except av.error.InvalidDataError:
        self.damaged += 1
    if self.damaged and not heard:
      raise InputError('it is damaged')


def _copied(out: av.container.OutputContainer, sound: _Sound) -> Iterator[av.Packet]:
  if sound.stream.codec_context.name not in _COPIED:
    raise InputError('a player may not know its codec')
  stream = out.add_stream_from_template(sound.stream)
  for packet in sound.packets():
    packet.stream = stream
    yield packet


def _encoded(out: av.container.OutputContainer, sound: _Sound) -> Iterator[av.Packet]:
  rates, own = av.Codec('aac', 'w').audio_rates, sound.stream.rate
  stream, follows = out.add_stream('aac', rate=own if own in rates else _RATE), 0
  for frame in sound.frames():
    frame.pts = max(frame.pts, follows)  # none before the last one's end
    follows = frame.pts + round(frame.samples / frame.sample_rate / frame.time_base)
    yield from stream.encode(frame)
  yield from stream.encode()
