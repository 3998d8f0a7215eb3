"""Reproducible results on a GPU."""

import os

# Sums in a fixed order; kernels chosen without timing them.
_GPU = ('--xla_gpu_deterministic_ops=true', '--xla_gpu_autotune_level=0')


def fix_programs() -> None:
  """Asks XLA for programs with reproducible results. Call it before JAX is used.

  On a CPU results are reproducible without it, for a fixed number of threads.
  """
  given = os.environ.get('XLA_FLAGS', '')
  os.environ['XLA_FLAGS'] = ' '.join([given, *_GPU]).strip()
