"""Reads JSON files whose fields are checked by type.

A class below `Fields` names the fields that a reader needs, with their types. Other
fields of the file are kept as they are.
"""

import json
import pathlib

import pydantic

from stc_jax.errors import InputError, machine_error


class Fields(pydantic.BaseModel):
  """The fields that a file must have."""

  model_config = pydantic.ConfigDict(
    strict=True, allow_inf_nan=False, protected_namespaces=()
  )


def read(path: pathlib.Path, fields: type[Fields], remedy: str) -> dict:
  """Reads a JSON file.

  Args:
    path: of the file.
    fields: what the file must hold.
    remedy: the end of the error's line.

  Raises:
    InputError: the file is missing or damaged, or a field is missing or of another
      type; names the file and the field.
  """
  try:
    return parse(path.read_bytes(), fields)
  except (OSError, RecursionError, ValueError) as error:
    if machine_error(error) is not None:
      raise
    raise InputError(f'{path}: cannot be read ({_reason(error)}); {remedy}') from error


def read_if_present(
  path: pathlib.Path, fields: type[Fields], remedy: str
) -> dict | None:
  """Reads a JSON file as `read` does; None if there is none."""
  return read(path, fields, remedy) if path.exists() else None


def parse(data: bytes, fields: type[Fields]) -> dict:
  """Parses JSON.

  Raises:
    ValueError: it is no JSON, or lacks one of `fields`.
  """
  fields.model_validate_json(data)
  return json.loads(data)


def _reason(error: Exception) -> str:
  """The first problem, in one line."""
  if not isinstance(error, pydantic.ValidationError):
    return ' '.join(str(error).split())
  first = error.errors(include_url=False, include_input=False)[0]
  place = '.'.join(map(str, first['loc']))
  return f'{place}: {first["msg"]}' if place else first['msg']


def require_consistent(condition: bool, message: str) -> None:
  """Checks a condition on the files of a run.

  Raises:
    InputError: the condition is false.
  """
  if not condition:
    raise InputError(message)
