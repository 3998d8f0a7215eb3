"""A section of a launch file, or of a model's file, as a checked dataclass."""

import contextlib
import dataclasses
import difflib
import sys
import typing
from collections.abc import Iterator, Mapping

from stc_jax.errors import InputError, shown


@contextlib.contextmanager
def in_section(name: str) -> Iterator[None]:
  """Puts a section's name before what is wrong with one of its fields.

  Raises:
    InputError: as below it, with the name.
  """
  try:
    yield
  except InputError as error:
    raise InputError(f'{name}.{error}') from error


_REMEDY = 'start from default.get_config()'


def to_dataclass(name: str, values: typing.Any, kind: type, remedy: str = _REMEDY):
  """Splats a section into its dataclass.

  Args:
    name: of the section.
    values: a mapping of its fields.
    kind: the dataclass, whose own checks are done, too.
    remedy: for a field that is missing.

  Raises:
    InputError: a field that is missing, misspelt, of another type, or out of its range.
  """
  if not isinstance(values, Mapping):
    raise InputError(f'{name}: {shown(values)} is no section of fields; {remedy}')
  fields = {field.name: field.type for field in dataclasses.fields(kind)}
  check_names(name, list(values), list(fields), remedy=remedy)
  values = {field: _as_tuple(values[field]) for field in fields}
  for field, wanted in fields.items():
    check_type(f'{name}.{field}', values[field], wanted)
  with in_section(name):
    return kind(**values)


def check_type(field: str, value, wanted: type) -> None:
  """Refuses a value that isn't of its field's type.

  Raises:
    InputError: it isn't.
  """
  if not _fits(value, wanted):
    kind = wanted if typing.get_args(wanted) else wanted.__name__
    raise InputError(f'{field}: {shown(value)} is not of type {kind}')


def _fits(value, wanted: type) -> bool:
  """Whether a field's value is of its type: 'no' isn't a bool, 0.5 isn't a count."""
  parts = typing.get_args(wanted)
  if parts:
    if not isinstance(value, tuple):
      return False
    parts = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
    return len(value) == len(parts) and all(map(_fits, value, parts))
  if isinstance(value, bool):
    return wanted is bool
  if wanted is float:
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max
  return isinstance(value, wanted)


def _as_tuple(value):
  """Tuples come back from JSON as lists."""
  return tuple(map(_as_tuple, value)) if isinstance(value, list | tuple) else value


def check_names(
  where: str,
  found: list[str],
  known: list[str],
  needed: list[str] | None = None,
  remedy: str = _REMEDY,
) -> None:
  """Refuses names that nobody knows, and asks for those that are needed.

  Args:
    where: the names are.
    found: what is there.
    known: what may be there.
    needed: what must be; None: all that may.
    remedy: for one that is missing.

  Raises:
    InputError: one is misspelt, or missing.
  """
  for name in found:
    if name not in known:
      close = difflib.get_close_matches(name, known, n=1)
      hint = f'did you mean {close[0]!r}?' if close else f'known: {", ".join(known)}'
      raise InputError(f'{where}.{name}: no such field; {hint}')
  for name in known if needed is None else needed:
    if name not in found:
      raise InputError(f'{where}.{name}: missing; {remedy}')
