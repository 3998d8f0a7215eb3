"""STC-NLSTM: facial expression recognition in video, in JAX and Flax."""

import importlib.util
import os
import pathlib
import sys
from typing import Any

__version__ = '0.1.0'

# OpenCV reads it when it is loaded: a damaged header must not fill the memory.
os.environ.setdefault('OPENCV_IO_MAX_IMAGE_PIXELS', str(2**27))


def _find_builders() -> None:
  """Lets the clone's top-level folder `datasets/` be imported as `stc_jax.datasets`.

  A wheel maps the one to the other; in a clone this does.
  """
  here = pathlib.Path(__file__).resolve().parent
  builders = here.parent / 'datasets' / '__init__.py'
  if (here / 'datasets').exists() or not builders.exists():
    return
  spec = importlib.util.spec_from_file_location(
    'stc_jax.datasets', builders, submodule_search_locations=[str(builders.parent)]
  )
  module = importlib.util.module_from_spec(spec)
  sys.modules[spec.name] = globals()['datasets'] = module  # as an import does
  spec.loader.exec_module(module)


_find_builders()


def load(path: str | os.PathLike) -> Any:
  """Opens a finished model; see `stc_jax.predict.model.load`."""
  return importlib.import_module('stc_jax.predict.model').load(path)
