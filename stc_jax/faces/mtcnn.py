"""MTCNN's three networks in JAX (Zhang et al. 2016, fig. 2), with published weights.

The weights are read from the files of the `mtcnn` package (MIT). Its code needs
TensorFlow and isn't imported. The files are pickles, so their hashes are checked first.
Images are run in batches of one size.
"""

import functools
import hashlib
import importlib.util
import io
import pathlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import flax.linen as nn
import jax
import jax.numpy as jnp
import joblib
import numpy as np
from jaxtyping import Array, Float, UInt8

from stc_jax.errors import InputError

_SHA256 = {
  'pnet': 'ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5',
  'rnet': 'cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee',
  'onet': '94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3',
}
_REMEDY = "pip install --force-reinstall 'mtcnn==1.0.0'"


@functools.cache
def weights(network: str) -> tuple[Array, ...]:
  """The arrays of 'pnet', 'rnet' or 'onet', in the order of the layers.

  Raises:
    InputError: the package or its file is missing, or the file isn't the published one.
  """
  spec = importlib.util.find_spec('mtcnn')
  if spec is None or spec.origin is None:
    raise InputError(f'mtcnn: the package with the weights is missing; {_REMEDY}')
  path = pathlib.Path(spec.origin).parent / 'assets' / 'weights' / f'{network}.lz4'
  try:
    data = path.read_bytes()
  except OSError as error:
    raise InputError(f'{path}: {error.strerror}; {_REMEDY}') from error
  if hashlib.sha256(data).hexdigest() != _SHA256[network]:
    raise InputError(f"{path}: not MTCNN's published weights; {_REMEDY}")
  return tuple(jnp.asarray(array) for array in joblib.load(io.BytesIO(data)))


def scale_pixels(images: UInt8[Array, 'b h w 3']) -> Float[Array, 'b h w 3']:
  """Scales 0..255 to the networks' range."""
  return (images.astype(jnp.float32) - 127.5) * 0.0078125


def pnet(
  arrays: Sequence[Array], images: Float[Array, 'b h w 3']
) -> tuple[Float[Array, 'b h2 w2'], Float[Array, 'b h2 w2 4']]:
  """Proposals: probability and box offsets of windows of 12 x 12, stride 2."""
  layers = iter(arrays)
  maps = _conv_prelu(images, layers)
  maps = nn.max_pool(maps, (2, 2), (2, 2), 'SAME')
  maps = _conv_prelu(_conv_prelu(maps, layers), layers)
  boxes = _conv(maps, next(layers), next(layers))
  scores = _conv(maps, next(layers), next(layers))
  return nn.softmax(scores)[..., 1], boxes


def rnet(
  arrays: Sequence[Array], crops: Float[Array, 'n 24 24 3']
) -> tuple[Float[Array, 'n'], Float[Array, 'n 4']]:
  """Refinement: probability and box offsets of each crop."""
  layers = iter(arrays)
  maps = nn.max_pool(_conv_prelu(crops, layers), (3, 3), (2, 2), 'SAME')
  maps = nn.max_pool(_conv_prelu(maps, layers), (3, 3), (2, 2), 'VALID')
  vector = _dense_prelu(_conv_prelu(maps, layers), layers)
  boxes, scores = (vector @ next(layers) + next(layers) for _ in range(2))
  return nn.softmax(scores)[:, 1], boxes


def onet(
  arrays: Sequence[Array], crops: Float[Array, 'n 48 48 3']
) -> tuple[Float[Array, 'n'], Float[Array, 'n 4'], Float[Array, 'n 10']]:
  """Output: probability, box offsets, five landmarks (x of all, then y) in the box."""
  layers = iter(arrays)
  maps = nn.max_pool(_conv_prelu(crops, layers), (3, 3), (2, 2), 'SAME')
  maps = nn.max_pool(_conv_prelu(maps, layers), (3, 3), (2, 2), 'VALID')
  maps = nn.max_pool(_conv_prelu(maps, layers), (2, 2), (2, 2), 'SAME')
  vector = _dense_prelu(_conv_prelu(maps, layers), layers)
  boxes, landmarks, scores = (vector @ next(layers) + next(layers) for _ in range(3))
  return nn.softmax(scores)[:, 1], boxes, landmarks


def _conv(maps: Array, kernel: Array, bias: Array) -> Array:
  layout = ('NHWC', 'HWIO', 'NHWC')
  found = jax.lax.conv_general_dilated(
    maps, kernel, (1, 1), 'VALID', dimension_numbers=layout
  )
  return found + bias


def _conv_prelu(maps: Array, layers) -> Array:
  return _prelu(_conv(maps, next(layers), next(layers)), next(layers))


def _dense_prelu(maps: Array, layers) -> Array:
  """Flattens in the order (w, h, c), which the weights were trained in."""
  vector = maps.swapaxes(1, 2).reshape(maps.shape[0], -1)
  return _prelu(vector @ next(layers) + next(layers), next(layers))


def _prelu(values: Array, slope: Array) -> Array:
  return jnp.where(values >= 0, values, slope * values)


_NETWORKS = {'pnet': pnet, 'rnet': rnet, 'onet': onet}
_BATCH = {'pnet': 8, 'rnet': 32, 'onet': 32}
_SIDES = {'rnet': 24, 'onet': 48}  # of the images that follow P-Net's
# Pixels per batch, or one image; P-Net needs up to 200 bytes per pixel.
_MOST_PIXELS = 2**21
_COMPILING = threading.Lock()


def run(network: str, images: UInt8[np.ndarray, 'n h w 3']) -> list[np.ndarray]:
  """The outputs of 'pnet', 'rnet' or 'onet' for RGB images.

  Raises:
    InputError: MTCNN's weights are missing or altered.
  """
  arrays, (height, width) = weights(network), images.shape[1:3]
  batch = max(1, min(_BATCH[network], _MOST_PIXELS // (height * width)))
  shapes = {network: (batch, *images.shape[1:])}
  if network == 'pnet':
    shapes |= {name: (_BATCH[name], side, side, 3) for name, side in _SIDES.items()}
  program = _programs(shapes)[network]
  outputs = [
    program(arrays, _padded(images[first : first + batch], batch))
    for first in range(0, max(1, len(images)), batch)
  ]
  return [np.concatenate(part)[: len(images)] for part in zip(*outputs, strict=True)]


def stacked(crops: list[np.ndarray], size: int) -> UInt8[np.ndarray, 'n s s 3']:
  """Stacks the crops; the array is empty if there are none."""
  return np.asarray(crops, np.uint8).reshape(-1, size, size, 3)


def _padded(images: np.ndarray, count: int) -> np.ndarray:
  return np.pad(images, [(0, count - len(images)), (0, 0), (0, 0), (0, 0)])


def _programs(
  shapes: Mapping[str, tuple[int, ...]],
) -> dict[str, Callable]:
  """Networks for images of these shapes; those that are new are compiled in parallel.

  All three are needed for the first frame, whose time to compile is that of one.
  """
  with _COMPILING, ThreadPoolExecutor(len(shapes)) as pool:
    return dict(zip(shapes, pool.map(compiled, shapes, shapes.values()), strict=True))


@functools.cache
def compiled(network: str, shape: tuple[int, ...]) -> jax.stages.Compiled:
  """Compiles a network for images of one shape.

  On a CPU it uses one thread, so the results don't depend on the number of cores. Clips
  run in parallel instead.
  """

  def from_pixels(arrays, images):
    return _NETWORKS[network](arrays, scale_pixels(images))

  on_cpu = jax.default_backend() == 'cpu'
  options = {'xla_cpu_multi_thread_eigen': False} if on_cpu else None
  images = jax.ShapeDtypeStruct(shape, np.uint8)
  program = jax.jit(from_pixels, compiler_options=options)
  return program.lower(weights(network), images).compile()
