"""BUILD.md names files and rooms that exist, and every room."""

import pathlib
import re

TEXT = pathlib.Path('BUILD.md').read_text(encoding='utf-8')
# The reader's own files, which the text tells how to add.
TO_ADD = re.compile(r'\bmine\b|mine_|__init__')


def test_every_file_that_it_names_exists():
  named = set(re.findall(r'(?<![\w/=])[\w/.-]+\.(?:py|sh|md|txt|toml|png)\b', TEXT))
  named |= set(re.findall(r'`((?:tests|datasets|models|predict|data)/\w*)`', TEXT))
  places = [pathlib.Path(), pathlib.Path('stc_jax')]
  own = {'TAGS.txt'}  # of each dataset
  missing = {
    name
    for name in named - own
    if not TO_ADD.search(name) and not any((place / name).exists() for place in places)
  }
  assert len(named) > 30
  assert not missing, missing


def test_its_table_has_every_room():
  rows = set(re.findall(r'^\| (`.*?`) \|', TEXT, re.MULTILINE))
  listed = {name.strip('`/') for row in rows for name in row.split(', ')}
  doors = {'__init__', '__main__', 'main', 'prepare', 'benchmark'}
  rooms = {path.parent.name for path in pathlib.Path('stc_jax').glob('*/__init__.py')}
  modules = {path.name for path in pathlib.Path('stc_jax').glob('*.py')}
  rooms |= {name for name in modules if name.removesuffix('.py') not in doors}
  assert rooms <= listed, rooms - listed
