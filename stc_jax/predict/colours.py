"""One colour for each output, on pages and in pictures: told apart by most eyes.

After Okabe and Ito (2008) and Tol's bright scheme, lightened where they would drown on
dark ground.
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
NONE = (150, 156, 166)


def colour(number: int) -> tuple[int, int, int]:
  """Of output `number`, as red, green and blue of 0..255."""
  return _COLOURS[number % len(_COLOURS)]


def css(number: int) -> str:
  """The same as a page writes it."""
  return '#{:02x}{:02x}{:02x}'.format(*colour(number))
