"""What every entry point shares: strict flags, one-line errors, exit codes.

Exit codes: 0 done, 2 bad input (one line says what), 130 interrupted; 1, with a
traceback, is a defect.
"""

import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from absl import app, flags

from stc_jax.errors import InputError

_BAD_INPUT = 2
_INTERRUPTED = 130


def run(main: Callable[[], None]) -> NoReturn:
  """Parses the flags, calls `main`, and ends the process with its exit code."""
  try:
    app.run(lambda _: main(), flags_parser=_parse)
  except InputError as error:
    _leave(str(error), _BAD_INPUT)
  except KeyboardInterrupt:
    _leave('interrupted; the same command continues', _INTERRUPTED)
  raise SystemExit(0)


def _parse(argv: Sequence[str]) -> list[str]:
  """Parses `argv` as absl does, but reports a bad flag in one line.

  Raises:
    InputError: an unknown flag, a value of the wrong type, or a stray argument.
  """
  try:
    unparsed = flags.FLAGS(argv)
  # A config flag runs the launch file and sets fields while it parses, so beside absl's
  # own error come those of a missing file, a locked config and a failed conversion.
  except (
    flags.Error,
    AttributeError,
    KeyError,
    OSError,
    TypeError,
    ValueError,
  ) as error:
    raise InputError(_one_line(error)) from error
  if len(unparsed) > 1:
    raise InputError(f'unexpected argument {unparsed[1]!r}; options start with --')
  return unparsed


def _one_line(error: Exception) -> str:
  text = error.args[0] if isinstance(error, KeyError) and error.args else error
  return ' '.join(str(text).split())


def _leave(message: str, code: int) -> NoReturn:
  sys.stdout.flush()
  print(f'error: {message}' if code == _BAD_INPUT else message, file=sys.stderr)
  raise SystemExit(code)
