import subprocess
import sys

import pytest

HEAVY = {'jax', 'sklearn', 'tensorflow_datasets', 'cv2', 'matplotlib'}


@pytest.mark.parametrize(
  ('name', 'flag'),
  [
    ('main', '--config'),
    ('prepare', '--dataset'),
    ('benchmark', '--config'),
    ('predict', '--model'),
    ('export', '--model'),
  ],
)
def test_help_names_the_flags_and_imports_nothing_heavy(name, flag):
  code = (
    f"import runpy, sys; sys.argv = ['{name}', '--help']\n"
    f"try: runpy.run_module('stc_jax.{name}', run_name='__main__')\n"
    f'finally: print(*sys.modules)'
  )
  done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
  assert flag in done.stdout
  assert not HEAVY & set(done.stdout.splitlines()[-1].split())
