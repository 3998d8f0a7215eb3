"""Compiled programs that outlive the process."""

import platform

from stc_jax import late, machine


def keep_programs() -> None:
  """Keeps what XLA compiles in the user's cache folder, for the next start.

  Each machine has a folder, because programs are compiled for its processor. JAX's own
  setting, JAX_COMPILATION_CACHE_DIR, has precedence.
  """
  jax = late.load('jax')
  if jax.config.jax_compilation_cache_dir is None:
    folder = machine.cache_folder() / platform.node()
    jax.config.update('jax_compilation_cache_dir', str(folder))
