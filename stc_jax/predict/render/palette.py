"""One colour for each output, the same on pages and in pictures.

The colours are after Okabe and Ito (2008) and Tol's bright scheme, so that most eyes
can distinguish them. They are lightened where they had little contrast on dark ground.
"""

# sRGB.
_COLOURS = (
  (230, 97, 65),
  (86, 180, 233),
  (240, 196, 60),
  (46, 184, 134),
  (176, 120, 224),
  (245, 130, 190),
  (150, 160, 60),
  (60, 120, 216),
  (178, 120, 80),
  (120, 200, 200),
  (150, 150, 160),
)
NO_LABEL = (150, 156, 166)


def colour(number: int) -> tuple[int, int, int]:
  """Red, green and blue (0..255) of output `number`."""
  return _COLOURS[number % len(_COLOURS)]


def css(number: int) -> str:
  """The same colour in the notation of CSS."""
  return '#{:02x}{:02x}{:02x}'.format(*colour(number))
