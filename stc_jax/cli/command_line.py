"""What every verb shares: strict flags, --help, one-line errors, exit codes.

Exit codes: 0 done; 2 bad input, with one line that names it; 130 interrupted; 1 a
defect, with a traceback, or with one line if other files were predicted.
"""

import functools
import io
import os
import pathlib
import re
import sys
import traceback
import types
from collections.abc import Callable, Sequence
from typing import NoReturn

from absl import app, flags, logging

from stc_jax.cli import arguments
from stc_jax.errors import InputError, machine_error, message_of, printable

_BAD_INPUT = 2
_INTERRUPTED = 130
_HELP = ('--help', '-help', '--helpshort', '-h', '-?')

_OURS = pathlib.Path(__file__).parents[1]
_NOT_LAUNCH = re.compile(rf'^<|/lib/python|site-packages|^{re.escape(str(_OURS))}/')


def run(
  main: Callable[..., None],
  leave: Callable[[int], None] = lambda code: None,
  takes: str = '',
  define: Callable[[], None] = lambda: None,
) -> NoReturn:
  """Parses the flags, calls `main`, and ends the process with its exit code.

  Args:
    main: does the work. The docstring and the flags of its module are the --help.
    leave: called last with an exit code other than 0.
    takes: the arguments besides flags, such as 'videos', which `main` receives as a
      list; '': there are none.
    define: called first; defines the flags that depend on other flags.
  """
  for stream in (sys.stdout, sys.stderr):
    if isinstance(stream, io.TextIOWrapper):  # a terminal may have ASCII only
      stream.reconfigure(errors='backslashreplace')

  def called(argv: list[str]) -> None:
    main(*([argv[1:]] if takes else []))

  try:
    define()
    if any(argument in _HELP for argument in _before_end(sys.argv[1:])):
      show(_help(sys.modules[main.__module__], takes))
      raise SystemExit(0)
    app.run(called, flags_parser=functools.partial(_parse, takes=takes))
  except InputError as error:
    _leave(str(error), _BAD_INPUT, leave)
  except KeyboardInterrupt:
    _leave('interrupted; the same command continues', _INTERRUPTED, leave)
  except Exception as error:
    if not machine_error(error):
      raise
    _leave(f'{message_of(error)}, then the same command continues', _BAD_INPUT, leave)
  raise SystemExit(0)


def show(text: str) -> None:
  """Prints a text; a pager may close the pipe before its end."""
  try:
    print(text, flush=True)
  except BrokenPipeError:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _before_end(argv: Sequence[str]) -> Sequence[str]:
  """The arguments before `--`; those after it are no flags."""
  return argv[: argv.index('--')] if '--' in argv else argv


def _help(module: types.ModuleType, takes: str) -> str:
  """A module's docstring and its flags."""
  name = sys.argv[0] if module.__name__ == '__main__' else module.__name__
  listed = flags.FLAGS.module_help(name).strip().removeprefix(f'{name}:')
  others = f'other arguments: {takes}\n\n' if takes else ''
  return f'{(module.__doc__ or "").strip()}\n\n{others}flags:{listed}'


def one_line(error: Exception) -> str:
  """Returns the message of `error` without line breaks."""
  if error.args and isinstance(error.args[0], Exception):
    return one_line(error.args[0])
  text = str(error)
  if isinstance(error, KeyError) and error.args:
    text = f'no such field or key: {error.args[0]}'
  if 'Attempted [' in text or 'Traceback (' in text:  # of ml_collections
    text = text.strip().splitlines()[-1]
  text = re.sub(r' Other fields present: ".*?"\n', ' ', text, flags=re.DOTALL)
  return '; '.join(text.strip().split('\n')) or type(error).__name__


def _parse(argv: Sequence[str], takes: str) -> list[str]:
  """Parses `argv` as absl does, but reports a bad flag in one line.

  Raises:
    InputError: an unknown flag, a value of the wrong type, or a stray argument.
  """
  flags.FLAGS.set_gnu_getopt()  # flags may follow other arguments
  logging.set_verbosity(logging.FATAL)  # libraries raise what they log
  try:
    unparsed = flags.FLAGS(arguments.prepared(argv))
  except SyntaxError as error:
    place = f'{error.filename}, line {error.lineno}'
    raise InputError(f'{place}: {error.msg}') from error
  except flags.Error as error:
    raise InputError(one_line(error) + _launch_line(error)) from error
  # Parsing --config runs the launch file, which may raise anything.
  except Exception as error:
    launch = next((f' ({arg})' for arg in argv if arg.startswith('--config=')), '')
    raise InputError(one_line(error) + (_launch_line(error) or launch)) from error
  if not takes and len(unparsed) > 1:
    raise InputError(f'unexpected argument {unparsed[1]!r}; flags start with --')
  return unparsed


def _launch_line(error: Exception) -> str:
  """The line of a launch file where `error` arose, in brackets, or ''."""
  story = ''.join(traceback.format_exception(error))
  for path, line in reversed(re.findall(r'File "(.+?)", line (\d+)', story)):
    if not _NOT_LAUNCH.search(path):
      return f' ({path}, line {line})'
  return ''


def _leave(message: str, code: int, leave: Callable[[int], None]) -> NoReturn:
  """Prints a line on standard error, and ends the process."""
  sys.stdout.flush()
  line = printable(message)
  print(f'error: {line}' if code == _BAD_INPUT else line, file=sys.stderr)
  leave(code)
  raise SystemExit(code)
