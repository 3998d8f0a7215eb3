"""Opens video files through FFmpeg's libraries (PyAV), and picks the track to show."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

import av
from av.format import Flags
from av.stream import Disposition

from stc_jax.errors import InputError, machine_error
from stc_jax.faces.images import REMEDY, check_file

_BARE = (
  'a bare stream, which keeps no times of its frames; put it into a file that does: '
  'ffmpeg -framerate 25 -i {0} -c copy {0}.mp4, with its own frames a second'
)
_STILL = Disposition.attached_pic | Disposition.timed_thumbnails  # cover art and such
_EBML, _SEGMENT = b'\x1a\x45\xdf\xa3', b'\x18\x53\x80\x67'


@contextlib.contextmanager
def opened(
  path: Path,
) -> Iterator[tuple[av.container.InputContainer, av.VideoStream]]:
  """Opens a video, and gives it with the track that a player shows.

  Raises:
    InputError: it is missing, empty, no video, or FFmpeg can't read it, then or while
      it is open.
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
      yield container, video
  except av.FFmpegError as error:
    if not blames_video(error):
      raise
    raise InputError(
      f'{path}: no frame of this video can be read, or a part is missing '
      f'({error.strerror}); {REMEDY}'
    ) from error


def whole_packets(
  container: av.container.InputContainer, *streams: av.VideoStream
) -> Iterator[av.Packet | None]:
  """Yields packets up to the first that is damaged, and in its place None."""
  # Of a transport stream FFmpeg calls a packet damaged where two recordings join, too;
  # there the decoder finds what is.
  trusted = container.format.name != 'mpegts'
  packets = container.demux(*streams)
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
    if trusted and packet.is_corrupt:
      yield None
      return
    yield packet


def blames_video(error: av.FFmpegError) -> bool:
  """Whether an error tells of a bad file, and of no fault of the machine."""
  # FFmpeg has EIO for files that end too soon, too.
  return machine_error(error) in (None, errno.EIO)


def picture_of(container: av.container.InputContainer) -> av.VideoStream | None:
  """The track that a player shows: the default one, of several the largest.

  None where there is none: pictures that are attached, as a cover is, don't count.
  """
  return max(
    (v for v in container.streams.video if _shows(v)),
    key=lambda v: (bool(v.disposition & Disposition.default), v.width * v.height),
    default=None,
  )


def _shows(video: av.VideoStream) -> bool:
  return video.codec_context is not None and not video.disposition & _STILL


def is_cut(path: Path) -> bool:
  """Whether a Matroska or WebM file has fewer bytes than it says.

  Sizes are as RFC 8794 (EBML) codes them; a live recording doesn't say.
  """
  with path.open('rb') as file:
    head = file.read(4096)
  if not head.startswith(_EBML):
    return False
  size, at = _coded_size(head, 4)
  at += size or 0
  if head[at : at + 4] != _SEGMENT:
    return False
  size, at = _coded_size(head, at + 4)
  return size is not None and path.stat().st_size < at + size


def _coded_size(data: bytes, at: int) -> tuple[int | None, int]:
  """The size coded at a place, None for an unknown one, and the place behind it."""
  length = 9 - data[at].bit_length()
  bits = 7 * length
  value = int.from_bytes(data[at : at + length]) & ((1 << bits) - 1)
  return (None if value == (1 << bits) - 1 else value), at + length
