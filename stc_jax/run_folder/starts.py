"""The starts of a run: execution.json, environment.json and starts.jsonl."""

import contextlib
import json
import pathlib

from stc_jax import files
from stc_jax.errors import InputError
from stc_jax.run_folder import documents, layout
from stc_jax.typed_json import parse


def other_environment(folder: pathlib.Path, environment: dict) -> pathlib.Path | None:
  """The file of the first start's environment if that differs; otherwise None."""
  path, text = folder / layout.ENVIRONMENT, files.as_json(environment)
  differs = path.exists() and path.read_text(encoding='utf-8') != text
  return path if differs else None


def add_start(folder: pathlib.Path, start: dict) -> None:
  """Adds a start to a run's folder.

  Args:
    folder: of the run.
    start: `began`, `command`, `execution` and `environment`.
  """
  files.write(folder / layout.EXECUTION, files.as_json(start['execution']))
  if not (folder / layout.ENVIRONMENT).exists():
    files.write(folder / layout.ENVIRONMENT, files.as_json(start['environment']))
  with (folder / layout.STARTS).open('a', encoding='utf-8') as file:
    file.write(json.dumps(start, ensure_ascii=False, allow_nan=False) + '\n')


def last_start(folder: pathlib.Path) -> dict | None:
  """The last complete line of starts.jsonl; None if there is none.

  A line that was cut off when the process was killed isn't complete.

  Raises:
    InputError: that line is damaged.
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
