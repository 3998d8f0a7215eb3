"""The one exception that users see, and what errors of other kinds mean."""

import errno
import os
import re
from collections.abc import Iterable, Sequence

# Faults of the machine, not of a file or of the code; each with its remedy.
MACHINE = {
  errno.EACCES: 'give yourself the right to it',
  errno.EDQUOT: 'make room',
  errno.EFBIG: 'raise the limit on the size of files',
  errno.EIO: 'check the disk',
  errno.EMFILE: 'raise the limit on open files',
  errno.ENAMETOOLONG: 'choose a shorter name',
  errno.ENOMEM: 'free memory, or ask for less at a time',
  errno.ENOSPC: 'make room',
  errno.EROFS: 'choose a folder that can be written',
  errno.ESTALE: 'check the network file system',
  errno.ETIMEDOUT: 'check the network file system',
}
# The words of C++ libraries for the same.
_STATUS = {
  'RESOURCE_EXHAUSTED': errno.ENOMEM,
  'Insufficient memory': errno.ENOMEM,
  'PERMISSION_DENIED': errno.EACCES,
  'DEADLINE_EXCEEDED': errno.ETIMEDOUT,
}
# What readers raise for a file that is cut off or of another format.
DAMAGE = (
  EOFError,
  FileNotFoundError,
  IsADirectoryError,
  LookupError,
  NotADirectoryError,
  RuntimeError,
  ValueError,
)

_MOST_SHOWN = 120  # characters of a value
_MOST_LISTED = 3  # of many problems
# Control characters, other ends of lines, and bytes of names that aren't UTF-8.
_UNPRINTABLE = re.compile('[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]')


class InputError(Exception):
  """Bad input: one line that names the file or field, what was found, and the remedy.

  The program prints that line on standard error and ends with exit code 2
  (`stc_jax.cli.command_line`). Any other exception is a defect and keeps its traceback.
  """


def short_repr(value) -> str:
  """A value for a message: its `repr`, cut where it is long."""
  text = repr(value)
  return text if len(text) <= _MOST_SHOWN else f'{text[:_MOST_SHOWN]} ...'


def require(condition: bool, field: str, value, must: str) -> None:
  """Checks a field of a configuration's section.

  Raises:
    InputError: names the field, its value, and what it `must` be. The reader of the
      section adds the section's name.
  """
  if not condition:
    raise InputError(f'{field}: {short_repr(value)} must {must}')


def require_choice(field: str, value: str, choices: Iterable[str]) -> None:
  """Checks that a field names one of `choices`.

  Raises:
    InputError: it names something else.
  """
  if value not in choices:
    raise InputError(f'{field}: {value!r} is not one of {", ".join(choices)}')


def machine_error(error: Exception) -> int | None:
  """The fault of the machine behind an error: a key of `MACHINE`, or None.

  Some libraries say it only in words, which are searched, too.
  """
  if isinstance(error, MemoryError):
    return errno.ENOMEM
  if isinstance(error, OSError) and error.errno:
    return error.errno if error.errno in MACHINE else None
  words = {os.strerror(code): code for code in MACHINE} | _STATUS
  return next((code for word, code in words.items() if word in str(error)), None)


def blames_file(error: Exception, *also: type[Exception]) -> bool:
  """Whether a reader's error means that the file is bad.

  A fault of the machine or of the code does not: a good file must not be thrown away.

  Args:
    error: what the reader raised.
    also: further types of errors that this reader raises for bad files.
  """
  return isinstance(error, (*DAMAGE, *also)) and machine_error(error) is None


def first_few(problems: Sequence[str]) -> str:
  """The first few of many problems and the number of the others, in one line."""
  more = len(problems) - _MOST_LISTED
  first = '; '.join(map(printable, problems[:_MOST_LISTED]))
  return first + (f'; and {more} more' if more > 0 else '')


def printable(text: str) -> str:
  """The text in one line that any terminal shows; a file's name may hold anything."""
  return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def message_of(error: Exception) -> str:
  """An error in one line: an InputError's own, or one made for any other error."""
  code = machine_error(error)
  if isinstance(error, InputError):
    line = str(error)
  elif code:
    where = f'{error.filename}: ' if getattr(error, 'filename', None) else ''
    line = f'{where}{os.strerror(code)}; {MACHINE[code]}'
  else:
    line = f'{type(error).__name__}: {error}'
  return printable(line)
