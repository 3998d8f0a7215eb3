"""Names and sizes: a class name is used once, files and functions stay short.

Tests read no private name of ours.
"""

import ast
import pathlib
from collections import defaultdict
from collections.abc import Iterator

FOLDERS = 'stc_jax', 'datasets', 'launch', 'benchmarks', 'docs'
# TFDS finds a dataset by the folder that its class `Builder` lies in.
SHARED = {'Builder'}
FORBIDDEN = {'utils', 'helpers', 'misc', 'common'}
# Lines: about 200 of a file and 40 of a function are wanted, a few more are let pass.
FILE, FUNCTION = 220, 45
# Longer, with a reason; a name that has gone from here may not come back.
LONG_FILES = {'programs'}
LONG_FUNCTIONS = {
  'get_config',
  'predict',
  'prepare',
  'summarise',
}

# Of named tuples, which are public in spite of their name.
OF_TUPLES = {'_asdict', '_fields', '_make', '_replace'}


def sources() -> Iterator[tuple[pathlib.Path, str]]:
  for folder in FOLDERS:
    for path in sorted(pathlib.Path(folder).rglob('*.py')):
      yield path, path.read_text('utf-8')


def test_a_class_name_means_one_thing():
  found = defaultdict(set)
  for path, text in sources():
    for node in ast.walk(ast.parse(text)):
      if isinstance(node, ast.ClassDef) and node.name.strip('_') not in SHARED:
        found[node.name.strip('_')].add(str(path))
  twice = {name: sorted(paths) for name, paths in found.items() if len(paths) > 1}
  assert not twice


def test_no_file_has_a_name_that_says_nothing():
  names = {path.stem: path for path, _ in sources()}
  assert not names.keys() & FORBIDDEN


def test_files_are_short():
  lengths = {path: text.count('\n') for path, text in sources()}
  long = {path.stem: (str(path), n) for path, n in lengths.items() if n > FILE}
  assert not {name: long[name] for name in long.keys() - LONG_FILES}


def test_functions_are_short():
  found = {}
  for path, text in sources():
    for node in ast.walk(ast.parse(text)):
      if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        found[str(path), node.name] = node.end_lineno - node.lineno + 1
  long = {key[1]: (key[0], n) for key, n in found.items() if n > FUNCTION}
  assert not {name: long[name] for name in long.keys() - LONG_FUNCTIONS}


def private_names(tree: ast.Module) -> Iterator[str]:
  """What a test reads of another module or object, or puts in its place."""
  for node in ast.walk(tree):
    names = []
    if isinstance(node, ast.Attribute):
      own = ast.unparse(node.value) in {'self', 'cls', 'super()'}
      names = [] if own else [node.attr]
    elif isinstance(node, ast.ImportFrom):
      names = [alias.name for alias in node.names]
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith('setattr'):
      given = [a.value for a in node.args if isinstance(a, ast.Constant)]
      names = [str(value).rpartition('.')[2] for value in given]
    for name in names:
      if name.startswith('_') and not name.startswith('__') and name not in OF_TUPLES:
        yield name


def test_tests_read_no_private_name():
  found = {}
  for path in sorted(pathlib.Path('tests').rglob('*.py')):
    if names := set(private_names(ast.parse(path.read_text('utf-8')))):
      found[path.stem] = names
  assert not found
