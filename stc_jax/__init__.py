"""STC-NLSTM: facial expression recognition in video, in JAX and Flax."""

import importlib
import os
import pathlib
from typing import Any

__version__ = '0.1.0'

# OpenCV reads it when it is loaded: a damaged header must not fill the memory.
os.environ.setdefault('OPENCV_IO_MAX_IMAGE_PIXELS', str(2**26))

# The builders live in the top-level folder `datasets/` and are imported as
# `stc_jax.datasets`: a wheel maps the one to the other, and in a bare clone, where
# nothing is installed, this line does.
_clone = pathlib.Path(__file__).resolve().parent.parent
if (
  not (_clone / 'stc_jax' / 'datasets').exists()
  and (_clone / 'datasets' / '__init__.py').exists()
):
  __path__.append(str(_clone))


def load(path: str | os.PathLike) -> Any:
  """Opens a finished model; see `stc_jax.predict.model.load`."""
  return importlib.import_module('stc_jax.predict.model').load(path)
