"""STC-NLSTM: facial expression recognition in video, in JAX and Flax."""

import importlib.util
import os
import pathlib
import sys
from typing import Any

__version__ = '0.1.0'

# OpenCV reads it when it is loaded: a damaged header must not fill the memory.
os.environ.setdefault('OPENCV_IO_MAX_IMAGE_PIXELS', str(2**27))


def _find_beside(name: str) -> None:
  """Lets a top-level folder of the clone be imported as a package of ours.

  `datasets/` as `stc_jax.datasets`: a wheel maps the one to the other; in a clone this
  does.
  """
  here = pathlib.Path(__file__).resolve().parent
  first = here.parent / name / '__init__.py'
  if (here / name).exists() or not first.exists():
    return
  spec = importlib.util.spec_from_file_location(
    f'stc_jax.{name}', first, submodule_search_locations=[str(first.parent)]
  )
  module = importlib.util.module_from_spec(spec)
  sys.modules[spec.name] = globals()[name] = module  # as an import does
  spec.loader.exec_module(module)


_find_beside('datasets')
_find_beside('launch')


def load(path: str | os.PathLike) -> Any:
  """Opens a finished model; see `stc_jax.predict.model.load`."""
  return importlib.import_module('stc_jax.predict.model').load(path)
