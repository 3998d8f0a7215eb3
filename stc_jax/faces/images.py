"""Reads clips from image files as RGB frames, and resizes frames.

Frames are RGB, uint8; OpenCV's BGR order stays in this file. A clip that can't be read
completely is refused, not shortened.
"""

import contextlib
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
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from stc_jax.errors import InputError, machine_error

# Errors are reported in one line of ours, so the libraries' own messages are silenced.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
warnings.filterwarnings('ignore', category=UserWarning, module=r'PIL\.')

# Formats that OpenCV reads with 8 or 16 bits per channel.
_ENDINGS = (
  '.avif .bmp .jp2 .jpe .jpeg .jpg .pbm .pgm .png .pnm .ppm .ras .sr .tif .tiff .webp'
)
IMAGES = frozenset(_ENDINGS.split())
# Formats that may hold several pictures; OpenCV reads the first one only.
_MAY_BE_MANY = PngImageFile, TiffImageFile, WebPImageFile
_PNG, _JPEG = b'\x89PNG', b'\xff\xd8'
_PNG_END = b'IEND\xaeB`\x82'
_MOST_PIXELS = 2**27  # as for OpenCV (stc_jax/__init__.py)
_BLOCK = 256  # number of rows converted at a time
_LONGEST_SIDE = 2**15 - 2  # of a picture that OpenCV can warp
REMEDY = 'copy it again from its source, or leave the clip out'


def read_images(
  paths: Sequence[Path], size: int | None = None
) -> UInt8[np.ndarray, 't h w 3']:
  """Reads a clip that is stored as one image file per frame, in the given order.

  Gray images become three equal channels, alpha is dropped, 16-bit values are divided
  by 257 and rounded, and the orientation tag is applied.

  Args:
    paths: the image files, at least one.
    size: resizes every frame to `size` x `size` when it is read (see `resize`).

  Returns:
    The frames, RGB.

  Raises:
    InputError: a file is missing, empty, damaged, no image, holds several, or has more
      than 134 megapixels; or the frames differ in size.
  """
  frames = image_frames(paths)
  return np.stack(
    [frame if size is None else resized(frame, size, size) for frame in frames]
  )


def image_frames(paths: Sequence[Path]) -> Iterator[UInt8[np.ndarray, 'h w 3']]:
  """Yields the frames that `read_images` returns, one by one."""
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
  """Resizes frames to height x width pixels, without keeping the aspect ratio.

  A shrinking side is averaged over pixel areas (INTER_AREA), which avoids aliasing; a
  growing side is interpolated linearly (INTER_LINEAR), which avoids overshoot.
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
  # libpng prints errors and libjpeg fills gaps with gray, so the file is checked first.
  try:
    header = _header(data)
    if header is not None:
      check_size(path, header.height, header.width)
      _check_whole(header, data)
  except (OSError, SyntaxError, ValueError, IndexError, struct.error) as error:
    raise InputError(f'{path}: a damaged or incomplete image; {REMEDY}') from error
  image = _decoded(path, data)
  del data, header  # they may be large
  if image.dtype not in (np.uint8, np.uint16):
    raise InputError(f'{path}: pixels of type {image.dtype}; save it with 8 or 16 bits')
  return _as_rgb(image)


def _decoded(path: Path, data: bytes) -> np.ndarray:
  """Decodes an image with OpenCV: BGR, of any depth."""
  encoded = np.frombuffer(data, np.uint8)
  try:
    image = cv2.imdecode(encoded, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
  except cv2.error as error:
    if machine_error(error) is not None:
      raise
    raise InputError(f'{path}: too large or damaged; {REMEDY}') from error
  if image is None:
    raise InputError(f'{path}: no readable image; {REMEDY}')
  if (count := _pictures_in(data)) > 1:
    raise InputError(f'{path}: {count} pictures in one file; save each as its own')
  check_size(path, *image.shape[:2])
  return image


def _as_rgb(image: np.ndarray) -> UInt8[np.ndarray, 'h w 3']:
  rgb = np.empty(image.shape, np.uint8)
  for first in range(0, len(image), _BLOCK):  # no second copy of a large image
    block = image[first : first + _BLOCK]
    if block.dtype == np.uint16:
      block = ((block.astype(np.uint32) + 128) // 257).astype(np.uint8)
    rgb[first : first + _BLOCK] = cv2.cvtColor(block, cv2.COLOR_BGR2RGB)
  return rgb


def _header(data: bytes) -> PngImageFile | JpegImageFile | None:
  """The header of a PNG or JPEG file; None for other files."""
  if data.startswith(_PNG):
    return PngImageFile(io.BytesIO(data))
  return JpegImageFile(io.BytesIO(data)) if data.startswith(_JPEG) else None


def _check_whole(header: PngImageFile | JpegImageFile, data: bytes) -> None:
  """Raises Pillow's exception if a PNG or JPEG file is incomplete."""
  if data.startswith(_PNG):
    header.verify()  # the checksum of every chunk except the last
    if _PNG_END not in data:
      raise ValueError('no end')
  else:
    header.load()  # decodes to the last line


def check_size(path: Path, height: int, width: int) -> None:
  """Checks that pictures of this size are not too large.

  Raises:
    InputError: they are.
  """
  if max(height, width) > _LONGEST_SIDE:
    raise InputError(f'{path}: more than {_LONGEST_SIDE} pixels long; make it smaller')
  if height * width > _MOST_PIXELS:
    raise InputError(
      f'{path}: {width} x {height} pixels, more than {_MOST_PIXELS // 10**6} '
      'megapixels; make it smaller'
    )


def _pictures_in(data: bytes) -> int:
  for kind in _MAY_BE_MANY:
    # Another format raises, and so does one that only OpenCV reads.
    with contextlib.suppress(OSError, SyntaxError, ValueError):
      return kind(io.BytesIO(data)).n_frames
  return 1


def check_file(path: Path) -> None:
  """Checks that a file exists and isn't empty.

  Raises:
    InputError: it is missing, empty, or a pipe or device, which can't be read twice.
  """
  try:
    if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe may block forever
      raise InputError(f'{path}: a folder, pipe or device; save it as a file first')
    with path.open('rb') as file:
      empty = not file.read(1)
  except OSError as error:
    if machine_error(error) not in (None, errno.EACCES):
      raise
    raise InputError(f'{path}: {error.strerror}; check its name and rights') from error
  if empty:
    raise InputError(f'{path}: an empty file; {REMEDY}')
