"""Compiled programs that outlive the process."""

import os
import pathlib
import platform

import jax


def keep_programs() -> None:
  """Keeps what XLA compiles in the user's cache folder, for the next start.

  A folder for each machine, as programs are compiled for its processor. JAX's own
  setting, JAX_COMPILATION_CACHE_DIR, has precedence.
  """
  if jax.config.jax_compilation_cache_dir is None:
    caches = os.environ.get('XDG_CACHE_HOME') or pathlib.Path.home() / '.cache'
    folder = pathlib.Path(caches) / 'stc_jax' / platform.node()
    jax.config.update('jax_compilation_cache_dir', str(folder))
