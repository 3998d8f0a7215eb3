"""The command line before flags are parsed: launch files by name, fields set twice."""

import pathlib
import re
from collections.abc import Sequence

from stc_jax import launch

_LAUNCH_FILES = pathlib.Path(launch.__file__).parent
_CONFIG = re.compile(r'--?config=(?P<path>[^:]*)(?P<recipe>:.*)?', re.DOTALL)
_FIELD = re.compile(r'--?(?:no)?(?P<field>config\.[^=]+)(?P<value>=.*)?', re.DOTALL)
_NAME = re.compile(r'(?:launch/)?(?P<name>\w+)(?:\.py)?')


def prepared(argv: Sequence[str]) -> list[str]:
  """Replaces names of launch files by paths, and keeps the last value of each field.

  Without that, ml_collections appends a second value of a tuple to the first.
  """
  found, fields = [], {}
  end = argv.index('--') if '--' in argv else len(argv)
  for argument in _joined(argv[:end]):
    if match := _FIELD.fullmatch(argument):
      fields.pop(match['field'], None)
      fields[match['field']] = argument
    elif match := _CONFIG.fullmatch(argument):
      found.append(f'--config={_path(match["path"])}{match["recipe"] or ""}')
    else:
      found.append(argument)
  # Fields stand behind --config, wherever that was.
  return [*found, *fields.values(), *argv[end:]]


def _joined(argv: Sequence[str]) -> list[str]:
  """Joins `--config`, and its fields, with a value that is the next argument."""
  found = []
  for argument in argv:
    is_open = found and re.fullmatch(r'--?config(\.[^=]+)?', found[-1])
    if is_open and not argument.startswith('--'):
      found[-1] += f'={argument}'
    else:
      found.append(argument)
  return found


def _path(given: str) -> str:
  """The path of a launch file: as given or, if there is no such file, ours by name."""
  ours = _NAME.fullmatch(given)
  if ours is None or pathlib.Path(given).is_file():
    return given
  path = _LAUNCH_FILES / f'{ours["name"]}.py'
  return str(path) if path.is_file() else given
