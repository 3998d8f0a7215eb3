"""Compiled programs that outlive the process."""

import platform

import jax

from stc_jax import machine


def keep_programs() -> None:
  """Keeps what XLA compiles in the user's cache folder, for the next start.

  A folder for each machine, as programs are compiled for its processor. JAX's own
  setting, JAX_COMPILATION_CACHE_DIR, has precedence.
  """
  if jax.config.jax_compilation_cache_dir is None:
    folder = machine.cache_folder() / platform.node()
    jax.config.update('jax_compilation_cache_dir', str(folder))
