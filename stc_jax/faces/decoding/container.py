"""Opens video files with FFmpeg's libraries (PyAV) and selects the track to show."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

import av
from av.format import Flags
from av.stream import Disposition

from stc_jax.errors import InputError, machine_error
from stc_jax.faces.images import REMEDY, check_file, check_size

_BARE = (
  'a bare stream without the times of its frames; put it into a container: '
  'ffmpeg -framerate 25 -i {0} -c copy {0}.mp4, with its own frames a second'
)
# In a transport stream FFmpeg also flags packets as damaged just before a seam of two
# recordings. Then a key frame or the end follows within this many packets.
_SEAM = 2
_STILL = Disposition.attached_pic | Disposition.timed_thumbnails  # such as covers


@contextlib.contextmanager
def opened(
  path: Path,
) -> Iterator[tuple[av.container.InputContainer, av.VideoStream]]:
  """Opens a video; the value is the container and the track that a player shows.

  Raises:
    InputError: the file is missing, empty, no video or too large, or FFmpeg can't read
      it, now or while it is open.
  """
  check_file(path)
  try:
    with av.open(f'file:{path}', metadata_errors='ignore') as container:
      if container.format.flags & Flags.no_timestamps.value:
        raise InputError(f'{path}: {_BARE.format(path.name)}')
      video = picture_of(container)
      if video is None:
        raise InputError(
          f'{path}: no frame of this video can be read; it has no picture, or one of '
          'an unknown kind'
        )
      check_size(path, video.height, video.width)
      yield container, video
  except av.FFmpegError as error:
    if not blames_video(error):
      raise
    raise InputError(
      f'{path}: no frame of this video can be read, or a part is missing '
      f'({error.strerror}); {REMEDY}'
    ) from error


def whole_packets(
  container: av.container.InputContainer, video: av.VideoStream, *, alone: bool
) -> Iterator[av.Packet | None]:
  """Yields packets up to the first damaged one of a track, and None in its place.

  Args:
    container: the file.
    video: the track.
    alone: yields packets of this track only; otherwise also the undamaged packets of
      other tracks.
  """
  trusted = container.format.name != 'mpegts'
  held: list[av.Packet] = []  # packets since one that may be damaged
  for packet in _readable(container.demux(*[video] if alone else [])):
    is_bad = packet is None or (packet.is_corrupt and packet.stream is video)
    if packet is None or (is_bad and trusted):
      yield from (*held, None)
      return
    if held or is_bad:
      held.append(packet)
      own = [one for one in held if one.stream is video]
      if len(own) > _SEAM:
        if not any(one.is_keyframe or not one.size for one in own[1:]):
          yield None
          return
        yield from held
        held = []
    elif not packet.is_corrupt:
      yield packet
  yield from held


def _readable(packets: Iterator[av.Packet]) -> Iterator[av.Packet | None]:
  """Yields packets up to the first unreadable one, and None in its place."""
  while True:
    try:
      packet = next(packets, None)
    except av.FFmpegError as error:
      if not blames_video(error):
        raise
      yield None
      return
    if packet is None:
      return
    yield packet


def blames_video(error: Exception) -> bool:
  """Whether an error is caused by a bad file and not by the machine."""
  # FFmpeg also reports EIO for damaged or truncated files.
  return machine_error(error) in (None, errno.EIO)


def picture_of(container: av.container.InputContainer) -> av.VideoStream | None:
  """The track that a player shows: the default track, of several the largest.

  None if there is no track. Attached pictures, such as covers, don't count.
  """
  return max(
    (v for v in container.streams.video if _shows(v)),
    key=lambda v: (bool(v.disposition & Disposition.default), v.width * v.height),
    default=None,
  )


def _shows(video: av.VideoStream) -> bool:
  return video.codec_context is not None and not video.disposition & _STILL
