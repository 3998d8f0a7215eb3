"""The consoles that everything is printed on, as it is."""

from typing import Any

from rich.console import Console


def console(**options: Any) -> Console:
  """Makes a console that prints users' names as they are.

  Rich would leave out a label such as `[posed]`, fail at `w[/x]`, and draw `:smile:`.
  Styles are given by `rich.text.Text` and `style=`.

  Args:
    options: of `rich.console.Console`.
  """
  return Console(markup=False, emoji=False, **options)
