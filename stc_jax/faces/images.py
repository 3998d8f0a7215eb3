"""Reads clips from image files as RGB frames, and resizes frames.

Colours are RGB, pixels uint8; OpenCV's own BGR stays in this file. A clip that cannot
be read as a whole is refused rather than shortened.
"""

import errno
import io
import stat
import struct
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from stc_jax.errors import InputError, machine_error

# One clear line is our rule, so the libraries keep what they think to themselves.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
warnings.filterwarnings('ignore', category=UserWarning, module=r'PIL\.')

IMAGES = frozenset({'.png', '.jpg', '.jpeg'})
_PNG, _JPEG = b'\x89PNG', b'\xff\xd8'
_PNG_END = b'IEND\xaeB`\x82'
_MOST_PIXELS = 2**26  # as for OpenCV (stc_jax/__init__.py)
_LONGEST_SIDE = 2**15 - 2  # of what OpenCV can warp
REMEDY = 'copy it again from its source, or leave the clip out'


def read_images(
  paths: Sequence[Path], size: int | None = None
) -> UInt8[np.ndarray, 't h w 3']:
  """Reads a clip kept as one image file a frame, in the order given.

  Gray images become three equal channels, alpha is dropped, 16-bit values are divided
  by 257 and rounded, and a camera's orientation tag is obeyed.

  Args:
    paths: the image files, at least one.
    size: resizes every frame to `size` x `size` as soon as it is read (see `resize`).

  Returns:
    The frames, RGB.

  Raises:
    InputError: a file is missing, empty, damaged, or no image; or the frames differ in
      size.
  """
  frames = image_frames(paths)
  return np.stack(
    [frame if size is None else resized(frame, size, size) for frame in frames]
  )


def image_frames(paths: Sequence[Path]) -> Iterator[UInt8[np.ndarray, 'h w 3']]:
  """Yields what `read_images` returns, each frame as it is read."""
  first = None
  for path in paths:
    frame = _read_image(Path(path))
    first = frame.shape if first is None else first
    if frame.shape != first:
      raise InputError(
        f'{path}: {frame.shape[1]} x {frame.shape[0]} pixels where {paths[0]} has '
        f'{first[1]} x {first[0]}; give all frames of a clip the same size'
      )
    yield frame


def resize(
  frames: UInt8[np.ndarray, 't h w 3'], height: int, width: int
) -> UInt8[np.ndarray, 't {height} {width} 3']:
  """Resizes frames to height x width pixels; the aspect ratio is not kept.

  A side that shrinks is averaged over pixel areas (INTER_AREA), which doesn't alias; a
  side that grows is interpolated linearly (INTER_LINEAR), which doesn't overshoot.
  """
  return np.stack([resized(frame, height, width) for frame in frames])


def resized(
  frame: UInt8[np.ndarray, 'h w 3'], height: int, width: int
) -> UInt8[np.ndarray, '{height} {width} 3']:
  """Resizes one frame; see `resize`."""
  shrunk = (min(frame.shape[1], width), min(frame.shape[0], height))
  frame = cv2.resize(frame, shrunk, interpolation=cv2.INTER_AREA)
  return cv2.resize(frame, (width, height), interpolation=cv2.INTER_LINEAR)


def _read_image(path: Path) -> UInt8[np.ndarray, 'h w 3']:
  check_file(path)
  data = path.read_bytes()
  # libpng complains on standard error, libjpeg fills gaps with gray: ask first.
  try:
    _check_whole(data)
  except (OSError, SyntaxError, ValueError, IndexError, struct.error) as error:
    raise InputError(f'{path}: a damaged or incomplete image; {REMEDY}') from error
  encoded = np.frombuffer(data, np.uint8)
  try:
    image = cv2.imdecode(encoded, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
  except cv2.error as error:
    if machine_error(error) is not None:
      raise
    raise InputError(f'{path}: too large or damaged; {REMEDY}') from error
  if image is None:
    raise InputError(f'{path}: no readable image; {REMEDY}')
  if max(image.shape) > _LONGEST_SIDE:
    raise InputError(f'{path}: more than {_LONGEST_SIDE} pixels long; make it smaller')
  if image.dtype == np.uint16:
    image = ((image.astype(np.uint32) + 128) // 257).astype(np.uint8)
  if image.dtype != np.uint8:
    raise InputError(f'{path}: pixels of type {image.dtype}; save it with 8 or 16 bits')
  return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _check_whole(data: bytes) -> None:
  """Raises what Pillow does of a PNG or JPEG that isn't whole."""
  if data.startswith(_PNG):
    PngImageFile(io.BytesIO(data)).verify()  # every chunk's checksum but the last one's
    if _PNG_END not in data:
      raise ValueError('no end')
  elif data.startswith(_JPEG):
    image = JpegImageFile(io.BytesIO(data))
    if image.width * image.height > _MOST_PIXELS:
      raise ValueError('too large')
    image.load()  # to its last line


def check_file(path: Path) -> None:
  """Checks that a file is there and holds anything.

  Raises:
    InputError: it isn't, or doesn't; or it is a pipe or device, which can't be read
      twice.
  """
  try:
    if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe might wait for ever
      raise InputError(f'{path}: a folder, pipe or device; save it as a file first')
    with path.open('rb') as file:
      empty = not file.read(1)
  except OSError as error:
    if machine_error(error) not in (None, errno.EACCES):
      raise
    raise InputError(f'{path}: {error.strerror}; check its name and rights') from error
  if empty:
    raise InputError(f'{path}: an empty file; {REMEDY}')
