"""Modules that are imported by name exist; a missing extra is named."""

import ast
import importlib.util
import pathlib
import re

import pytest

from stc_jax import late
from stc_jax.errors import InputError

NAME = re.compile(r'stc_jax(\.[a-z]\w*)+')


@pytest.mark.parametrize('folder', ['stc_jax', 'tests'])
def test_modules_that_strings_name_are_there(folder):
  named = set()
  for path in pathlib.Path(folder).rglob('*.py'):
    for node in ast.walk(ast.parse(path.read_text('utf-8'))):
      if isinstance(node, ast.Constant) and NAME.fullmatch(str(node.value)):
        named.add(node.value)
  assert named
  gone = {name for name in named if not is_there(name)}
  assert not gone


def is_there(name):
  """Whether it is a module, or a name behind one's dot."""
  try:
    return importlib.util.find_spec(name) is not None
  except ModuleNotFoundError:
    return importlib.util.find_spec(name.rpartition('.')[0]) is not None


def test_a_package_that_is_no_extra_is_a_defect(tmp_path, monkeypatch):
  (tmp_path / 'wants.py').write_text('import not_there_at_all\n')
  monkeypatch.syspath_prepend(str(tmp_path))
  with pytest.raises(ModuleNotFoundError):
    late.load_with_extra('wants', '--x', 'web', ('gradio',))
  with pytest.raises(InputError, match=r"--x: not_there_at_all .*'\.\[web\]'"):
    late.load_with_extra('wants', '--x', 'web', ('not_there_at_all',))
