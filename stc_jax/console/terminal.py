"""Consoles that print text unchanged."""

from typing import Any

from rich.console import Console


def console(**options: Any) -> Console:
  """Makes a console that prints text unchanged, whatever a user's names contain.

  Rich's default would omit a label such as `[posed]`, fail at `w[/x]`, and replace
  `:smile:`. Styles are set by `rich.text.Text` and `style=`.

  Args:
    options: of `rich.console.Console`.
  """
  return Console(markup=False, emoji=False, **options)
