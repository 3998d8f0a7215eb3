"""Writes a model as one file, after a comparison of its results with JAX."""

import dataclasses
import pathlib
import types
from collections.abc import Callable
from contextlib import AbstractContextManager

import jax
import numpy as np

from stc_jax.bundle.bundle import Bundle
from stc_jax.errors import InputError
from stc_jax.export.jax_function import jax_function
from stc_jax.files import write_bytes
from stc_jax.predict.model import load

# Largest difference of probabilities, by the precision of the network.
TOLERANCE = {'float32': 1e-4, 'bfloat16': 0.02}
CHECKED = 3  # random clips; a still clip and a uniform one are checked, too
MOST_BYTES = 2**31 - 2**24  # of a file's weights: no file of protobuf may reach 2 GiB


@dataclasses.dataclass(frozen=True)
class ExportedFile:
  """A file that was written.

  Attributes:
    bundles: the models in it.
    size: in bytes.
    difference: largest difference of a probability from JAX.
  """

  bundles: list[Bundle]
  size: int
  difference: float


def export(
  model: str,
  path: pathlib.Path,
  writer: types.ModuleType,
  status: Callable[[str], AbstractContextManager],
) -> ExportedFile:
  """Exports a bundle, or the mean of all models of a run.

  Args:
    model: the folder of the bundle or run.
    path: of the file.
    writer: the module of its format: `onnx_file` or `stablehlo_file`.
    status: shows the current work, during a `with` block.

  Raises:
    InputError: there is no model, it is too large or has no such form, or the file
      can't be written.
  """
  bundles = load(model).bundles
  if writer.IN_FLOAT32:
    bundles = [_in_float32(bundle) for bundle in bundles]
  _check_size(model, bundles)
  with status('exporting the model'):
    data = writer.serialised(bundles)
  with status('comparing it with JAX'):
    difference = _difference(writer, data, bundles)
  write_bytes(path, data)
  return ExportedFile(bundles, len(data), difference)


def _in_float32(bundle: Bundle) -> Bundle:
  network = dataclasses.replace(bundle.network, dtype='float32')
  return dataclasses.replace(bundle, network=network)


def _check_size(model: str, bundles: list[Bundle]) -> None:
  weights = [leaf.nbytes for b in bundles for leaf in jax.tree.leaves(b.variables)]
  if sum(weights) > MOST_BYTES:
    raise InputError(
      f'{model}: {len(bundles)} models of {sum(weights) / 1e9:.1f} GB are more than '
      f'one file holds (2 GB); export one of {pathlib.Path(model) / "models"}'
    )


def _difference(writer: types.ModuleType, data: bytes, bundles: list[Bundle]) -> float:
  """The largest difference between probabilities of the file and of JAX.

  On random clips, and on clips of little or no contrast, where differences of rounding
  are largest.
  """
  random, size = np.random.default_rng(0), bundles[0].input
  shape = (CHECKED, size.frames, size.height, size.width, 3)
  frames = random.integers(0, 256, shape, np.uint8)
  still, flat = np.repeat(frames[:1, :1], size.frames, 1), np.full_like(frames[:1], 100)
  frames = np.concatenate([frames, still, flat])
  lengths = np.linspace(1, size.frames, len(frames)).round().astype(np.int32)
  ours = np.asarray(jax.jit(jax_function(bundles))(frames, lengths))
  difference = float(np.abs(writer.opened(data)(frames, lengths) - ours).max())
  if not difference <= TOLERANCE[bundles[0].network.dtype]:
    raise RuntimeError(f'the exported model differs from ours by {difference:.2g}')
  return difference
