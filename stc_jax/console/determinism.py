"""The same digits on a GPU, too."""

import os

# Sums in a fixed order, and the same kernels whatever a timing says.
_GPU = ('--xla_gpu_deterministic_ops=true', '--xla_gpu_autotune_level=0')


def fix_programs() -> None:
  """Asks XLA for programs whose results don't vary; before JAX is first used.

  On a CPU they don't vary anyway, given as many threads.
  """
  given = os.environ.get('XLA_FLAGS', '')
  os.environ['XLA_FLAGS'] = ' '.join([given, *_GPU]).strip()
