"""A program of StableHLO with its metadata: a zip file of two members."""

import io
import zipfile

import jax
import numpy as np
from jax import export

from stc_jax import files
from stc_jax.bundle.bundle import Bundle
from stc_jax.export.jax_function import HostFunction, jax_function, shapes
from stc_jax.export.metadata import metadata

PROGRAM, METADATA = 'program', 'metadata.json'
IN_FLOAT32 = False  # it keeps the network's precision
# Where a file runs. JAX chose the convolutions for the machine that it was made on.
_PLATFORMS = ('cpu', 'cuda')
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip file knows


def serialised(bundles: list[Bundle]) -> bytes:
  """The file's bytes: `jax.export.deserialize` reads its `program`.

  The program takes frames and lengths, and returns the bundles' mean probabilities.
  """
  (batch,) = export.symbolic_shape('batch')
  traced = export.export(jax.jit(jax_function(bundles)), platforms=_PLATFORMS)
  exported = traced(*shapes(bundles[0], batch))
  file = io.BytesIO()
  with zipfile.ZipFile(file, 'w') as members:
    members.writestr(zipfile.ZipInfo(PROGRAM, _NO_TIME), exported.serialize())
    members.writestr(
      zipfile.ZipInfo(METADATA, _NO_TIME), files.as_json(metadata(bundles))
    )
  return file.getvalue()


def opened(data: bytes) -> HostFunction:
  """Opens a file's bytes as a function of frames and lengths, compiled once."""
  with zipfile.ZipFile(io.BytesIO(data)) as members:
    exported = export.deserialize(bytearray(members.read(PROGRAM)))
  call = jax.jit(exported.call)
  return lambda frames, real: np.asarray(call(frames, real))
