"""The one exception that a user is meant to see, and what other errors tell."""

import errno
import os
import re
from collections.abc import Iterable, Sequence

# What the machine lacks, and no code of ours can help; with the remedy.
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
# How libraries in C++ say so.
_STATUS = {
  'RESOURCE_EXHAUSTED': errno.ENOMEM,
  'Insufficient memory': errno.ENOMEM,
  'PERMISSION_DENIED': errno.EACCES,
  'DEADLINE_EXCEEDED': errno.ETIMEDOUT,
}
# What readers raise of a file that isn't whole, or isn't what they expect.
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
  """Bad input: a single line that names the file or field, what was found, the remedy.

  Entry points turn it into that line on standard error and exit code 2
  (`stc_jax.cli.command_line`); everything else is a defect of ours and keeps its
  traceback.
  """


def shown(value) -> str:
  """A value in a message, which is one line of moderate length whatever it is."""
  text = repr(value)
  return text if len(text) <= _MOST_SHOWN else f'{text[:_MOST_SHOWN]} ...'


def require(condition: bool, field: str, value, must: str) -> None:
  """Checks a field of a configuration's section.

  Raises:
    InputError: names the field, its value, and what it `must` be; who reads the section
      adds its name.
  """
  if not condition:
    raise InputError(f'{field}: {shown(value)} must {must}')


def require_choice(field: str, value: str, choices: Iterable[str]) -> None:
  """Checks that a field names one of `choices`.

  Raises:
    InputError: it names something else.
  """
  if value not in choices:
    raise InputError(f'{field}: {value!r} is not one of {", ".join(choices)}')


def machine_error(error: Exception) -> int | None:
  """The number, in `MACHINE`, of what the machine lacks; None where it lacks nothing.

  Also where a library hid it in words.
  """
  if isinstance(error, MemoryError):
    return errno.ENOMEM
  if isinstance(error, OSError) and error.errno:
    return error.errno if error.errno in MACHINE else None
  words = {os.strerror(code): code for code in MACHINE} | _STATUS
  return next((code for word, code in words.items() if word in str(error)), None)


def blames_file(error: Exception, *also: type[Exception]) -> bool:
  """Whether a reader's error, or one of those that it has `also`, tells of a bad file.

  Not where the machine lacks something or a program is wrong: what is good must not be
  thrown away for that.
  """
  return isinstance(error, (*DAMAGE, *also)) and machine_error(error) is None


def listed(problems: Sequence[str]) -> str:
  """The first few of many, and how many more there are, in one line."""
  more = len(problems) - _MOST_LISTED
  first = '; '.join(map(printable, problems[:_MOST_LISTED]))
  return first + (f'; and {more} more' if more > 0 else '')


def printable(text: str) -> str:
  """The text in one line that any terminal shows: a file's name may hold anything."""
  return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def told(error: Exception) -> str:
  """What happened, in one line: an InputError's own, or one made of any other error."""
  code = machine_error(error)
  if isinstance(error, InputError):
    line = str(error)
  elif code:
    where = f'{error.filename}: ' if getattr(error, 'filename', None) else ''
    line = f'{where}{os.strerror(code)}; {MACHINE[code]}'
  else:
    line = f'{type(error).__name__}: {error}'
  return printable(line)
