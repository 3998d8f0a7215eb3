"""STC-NLSTM: facial expression recognition in video, in JAX and Flax."""

import pathlib

__version__ = '0.1.0'

# The builders live in the top-level folder `datasets/` and are imported as
# `stc_jax.datasets`: a wheel maps the one to the other, and in a bare clone, where
# nothing is installed, this line does.
_clone = pathlib.Path(__file__).resolve().parent.parent
if (
  not (_clone / 'stc_jax' / 'datasets').exists()
  and (_clone / 'datasets' / '__init__.py').exists()
):
  __path__.append(str(_clone))
