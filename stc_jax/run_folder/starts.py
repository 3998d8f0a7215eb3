"""starts.jsonl: a line for each start of a run."""

import contextlib
import json
import pathlib

from stc_jax.errors import InputError
from stc_jax.run_folder import documents, layout
from stc_jax.typed_json import parse


def add_start(folder: pathlib.Path, start: dict) -> None:
  """Adds a line to a run's starts.jsonl."""
  with (folder / layout.STARTS).open('a', encoding='utf-8') as file:
    file.write(json.dumps(start, ensure_ascii=False, allow_nan=False) + '\n')


def last_start(folder: pathlib.Path) -> dict | None:
  """The last complete line of starts.jsonl; None where there is none.

  Raises:
    InputError: that line is damaged. A line that a kill cut off is not complete.
  """
  path = folder / layout.STARTS
  try:
    *lines, cut = path.read_bytes().split(b'\n')
  except FileNotFoundError:
    return None
  with contextlib.suppress(RecursionError, ValueError):
    return parse(cut, documents.StartLine)
  if not lines:
    return None
  try:
    return parse(lines[-1], documents.StartLine)
  except (RecursionError, ValueError) as error:
    raise InputError(f'{path}: its last line is damaged') from error
