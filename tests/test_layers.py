"""Imports go one way: a room imports only rooms that stand below it."""

import ast
import pathlib
import re
from collections.abc import Iterator

# From the bottom to the top, as in BUILD.md; rooms of one line import none of each
# other.
ORDER = """
errors
late machine
files typed_json provenance
background locks plots validate
launch
console
faces models
datasets
data
evaluation
baselines
tasks
bundle
run_folder
training
runs
speed predict
web export
report
cli
""".strip().splitlines()
LEVELS = {room: level for level, line in enumerate(ORDER) for room in line.split()}
# Modules that only call `cli`; so does each `__main__`.
DOORS = {'main', 'prepare', 'benchmark'}
FOLDERS = {'stc_jax': '', 'datasets': 'datasets', 'launch': 'launch'}


def modules() -> Iterator[tuple[str, pathlib.Path]]:
  """Each module's room and file."""
  for folder, room in FOLDERS.items():
    for path in sorted(pathlib.Path(folder).rglob('*.py')):
      own = path.relative_to(folder).with_suffix('').parts[0]
      is_door = own in DOORS or path.name == '__main__.py'
      yield room or ('cli' if is_door else own), path


def imported(path: pathlib.Path) -> Iterator[str]:
  """The rooms that a module imports, at once or, by a module's name, later."""
  for node in ast.walk(ast.parse(path.read_text('utf-8'))):
    names = []
    if isinstance(node, ast.Import):
      names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module == 'stc_jax':
      names = [f'stc_jax.{alias.name}' for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
      names = [node.module]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
      names = [node.value]
    for name in names:
      if match := re.fullmatch(r'stc_jax\.(\w+)[\w.]*', name):
        yield 'cli' if match[1] in DOORS else match[1]


def test_every_room_has_its_place():
  rooms = {room for room, _ in modules()} - {'__init__'}
  assert rooms <= LEVELS.keys(), rooms - LEVELS.keys()


def test_no_import_goes_up():
  found = set()
  for room, path in modules():
    for other in imported(path) if room in LEVELS else ():
      is_below = LEVELS.get(other, -1) < LEVELS[room]
      if other != room and not is_below:
        found.add((str(path), other))
  assert not found, '\n'.join(
    f'{path} imports {other}' for path, other in sorted(found)
  )
