"""Turns a section of a launch file, or of a model's file, into a checked dataclass."""

import contextlib
import dataclasses
import difflib
import sys
import typing
from collections.abc import Iterator, Mapping

from stc_jax.errors import InputError, short_repr


@contextlib.contextmanager
def in_section(name: str) -> Iterator[None]:
  """Adds a section's name to the errors of its fields.

  Raises:
    InputError: raised by the block, with the name before its message.
  """
  try:
    yield
  except InputError as error:
    raise InputError(f'{name}.{error}') from error


_REMEDY = 'start from default.get_config()'
_REQUIRED = dataclasses.MISSING  # stands for the default of a field that has none


def to_dataclass(name: str, values: typing.Any, kind: type, remedy: str = _REMEDY):
  """Makes a dataclass of a section, and checks its fields.

  Args:
    name: of the section.
    values: a mapping of its fields.
    kind: the dataclass; its own checks run, too. A field with a default may be missing.
    remedy: for a missing field.

  Raises:
    InputError: a field is missing, misspelt, of another type, or out of its range.
  """
  if not isinstance(values, Mapping):
    raise InputError(
      f'{name}: {short_repr(values)} is not a section of fields; {remedy}'
    )
  fields = {field.name: field.type for field in dataclasses.fields(kind)}
  needed = [f.name for f in dataclasses.fields(kind) if f.default is _REQUIRED]
  check_names(name, list(values), list(fields), needed, remedy)
  values = {field: _as_tuple(value) for field, value in values.items()}
  for field, value in values.items():
    check_type(f'{name}.{field}', value, fields[field])
  with in_section(name):
    return kind(**values)


def check_type(field: str, value, wanted: type) -> None:
  """Checks that a value is of its field's type.

  Raises:
    InputError: it isn't.
  """
  if not _fits(value, wanted):
    kind = wanted if typing.get_args(wanted) else wanted.__name__
    raise InputError(f'{field}: {short_repr(value)} is not of type {kind}')


def _fits(value, wanted: type) -> bool:
  """Whether a value is of a type: 'no' is no bool, 0.5 is no int."""
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
  """Turns lists into tuples, which JSON stores as lists."""
  return tuple(map(_as_tuple, value)) if isinstance(value, list | tuple) else value


def check_names(
  where: str,
  found: list[str],
  known: list[str],
  needed: list[str] | None = None,
  remedy: str = _REMEDY,
) -> None:
  """Checks the names of a section's fields.

  Args:
    where: the name of the section.
    found: the names that it has.
    known: the names that it may have.
    needed: the names that it must have; None: all that it may have.
    remedy: for a missing name.

  Raises:
    InputError: a name is unknown or missing.
  """
  for name in found:
    if name not in known:
      close = difflib.get_close_matches(name, known, n=1)
      hint = f'did you mean {close[0]!r}?' if close else f'known: {", ".join(known)}'
      raise InputError(f'{where}.{name}: no such field; {hint}')
  for name in known if needed is None else needed:
    if name not in found:
      raise InputError(f'{where}.{name}: missing; {remedy}')
