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
  """The command line with launch files' paths, and each field of theirs once, the last.

  The flags of ml_collections would append what is given to a tuple a second time.
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
  """With a flag's value behind a sign, where it was the next argument."""
  found = []
  for argument in argv:
    is_open = found and re.fullmatch(r'--?config(\.[^=]+)?', found[-1])
    if is_open and not argument.startswith('--'):
      found[-1] += f'={argument}'
    else:
      found.append(argument)
  return found


def _path(given: str) -> str:
  """The file of a launch file: as given or, where there is none, ours of that name."""
  ours = _NAME.fullmatch(given)
  if ours is None or pathlib.Path(given).is_file():
    return given
  path = _LAUNCH_FILES / f'{ours["name"]}.py'
  return str(path) if path.is_file() else given
