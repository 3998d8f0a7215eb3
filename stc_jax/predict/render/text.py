"""Draws text into pictures, in the font of `plots`."""

import functools

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw, ImageFont

from stc_jax import plots


def draw(
  picture: UInt8[np.ndarray, 'h w 3'],
  text: str,
  corner: tuple[int, int],
  size: int,
  colour: tuple[int, int, int],
) -> None:
  """Draws a line of text into a picture; what lies outside is cut off.

  Args:
    picture: the picture, which is changed in place.
    text: one line.
    corner: x and y of the text's top left corner.
    size: of the font, in pixels.
    colour: red, green and blue, 0..255.
  """
  mask = _mask(text, size)
  x, y = max(0, corner[0]), max(0, corner[1])
  part = picture[y : y + mask.shape[0], x : x + mask.shape[1]]
  share = mask[: part.shape[0], : part.shape[1], None]
  part[:] = (part * (1 - share) + np.array(colour) * share).astype(np.uint8)


def width(text: str, size: int) -> int:
  """The width of a line of text in pixels."""
  return _mask(text, size).shape[1]


@functools.lru_cache(maxsize=512)
def _mask(text: str, size: int) -> Float[np.ndarray, 'h w']:
  """The share of each pixel that the text covers, 0..1."""
  font = _font(size)
  image = Image.new('L', (max(1, round(font.getlength(text)) + 1), round(1.3 * size)))
  ImageDraw.Draw(image).text((0, 0), text, fill=255, font=font)
  return np.asarray(image, np.float32) / 255


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont:
  return ImageFont.truetype(plots.FONT, size)
