"""Runs MTCNN's networks on any number of images, in batches of one size."""

import functools
import threading

import jax
import numpy as np
from jaxtyping import UInt8

from stc_jax.faces import mtcnn

_NETWORKS = {'pnet': mtcnn.pnet, 'rnet': mtcnn.rnet, 'onet': mtcnn.onet}
_BATCH = {'pnet': 8, 'rnet': 32, 'onet': 32}
# So many pixels at a time, or one image: P-Net takes up to 200 bytes for each.
_MOST_PIXELS = 2**21
_COMPILING = threading.Lock()


def run(network: str, images: UInt8[np.ndarray, 'n h w 3']) -> list[np.ndarray]:
  """The outputs of 'pnet', 'rnet' or 'onet' for RGB images; see `mtcnn`.

  Raises:
    InputError: MTCNN's weights are missing or altered.
  """
  arrays, (height, width) = mtcnn.weights(network), images.shape[1:3]
  batch = max(1, min(_BATCH[network], _MOST_PIXELS // (height * width)))
  with _COMPILING:
    program = compiled(network, (batch, *images.shape[1:]))
  outputs = [
    program(arrays, _padded(images[first : first + batch], batch))
    for first in range(0, max(1, len(images)), batch)
  ]
  return [np.concatenate(part)[: len(images)] for part in zip(*outputs, strict=True)]


def stacked(crops: list[np.ndarray], size: int) -> UInt8[np.ndarray, 'n s s 3']:
  """The crops as one array, also where there are none."""
  return np.asarray(crops, np.uint8).reshape(-1, size, size, 3)


def _padded(images: np.ndarray, count: int) -> np.ndarray:
  return np.pad(images, [(0, count - len(images)), (0, 0), (0, 0), (0, 0)])


@functools.cache
def compiled(network: str, shape: tuple[int, ...]) -> jax.stages.Compiled:
  """A network for images of one shape.

  On a CPU it uses one thread: clips are what runs in parallel, and the numbers don't
  depend on how many cores there are.
  """

  def from_pixels(arrays, images):
    return _NETWORKS[network](arrays, mtcnn.scale_pixels(images))

  on_cpu = jax.default_backend() == 'cpu'
  options = {'xla_cpu_multi_thread_eigen': False} if on_cpu else None
  images = jax.ShapeDtypeStruct(shape, np.uint8)
  program = jax.jit(from_pixels, compiler_options=options)
  return program.lower(mtcnn.weights(network), images).compile()
