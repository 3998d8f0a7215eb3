import subprocess
import sys

CODE = """
from stc_jax.cli import determinism
determinism.fix_programs()
import jax
print(jax.jit(lambda x: x + 1)(1))
"""


def test_the_flags_are_ones_that_xla_knows():
  done = subprocess.run([sys.executable, '-c', CODE], capture_output=True, text=True)
  assert (done.stdout, done.stderr) == ('2\n', '')
