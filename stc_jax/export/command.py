"""What `python -m stc_jax.export` does: writes a model as one file, and checks it."""

import dataclasses
import importlib
import pathlib
import types

import jax
import numpy as np
from rich.console import Console

from stc_jax.bundle.bundle import Bundle
from stc_jax.console import terminal
from stc_jax.errors import InputError
from stc_jax.export.jax_function import jax_function
from stc_jax.export.metadata import how_to
from stc_jax.files import write_bytes
from stc_jax.predict.model import load

# Each format's module, and how its files are called if nobody says.
_FORMATS = {
  'onnx': ('stc_jax.export.onnx_file', 'model.onnx'),
  'stablehlo': ('stc_jax.export.stablehlo_file', 'model.stablehlo.zip'),
}
_EXTRA = ('onnx', 'onnxruntime')
# Probabilities of the file and of ours, by the precision of what is in between.
_MOST_APART = {'float32': 1e-4, 'bfloat16': 0.02}
_CHECKED = 3  # random clips; a still and a flat one are checked, too
_MOST_BYTES = 2**31 - 2**24  # of a file's weights: no file of protobuf may reach 2 GiB


def main(model: str, form: str, output: str) -> None:
  """Exports a bundle, or all models of a run as their mean; says what it wrote.

  Raises:
    InputError: there is no model, it is too large or has no such form, a package is
      missing, or the file can't be written.
  """
  name = _FORMATS[form][1]
  path = pathlib.Path(output or pathlib.Path(model) / name)
  if path.is_dir():
    raise InputError(f'{path}: is a folder; name a file, --output={path / name}')
  if output and not path.parent.is_dir():
    raise InputError(f'{path}: {path.parent} is no folder; make it, or name another')
  module, bundles = _module(form), load(model).bundles
  if form == 'onnx':  # its graph has no other precision
    bundles = [_in_float32(bundle) for bundle in bundles]
  _check_size(model, bundles)
  console = terminal.console(highlight=False)
  with console.status('writing the model down'):
    data = module.serialised(bundles)
  with console.status('checking it against JAX'):
    apart = _apart(module, data, bundles)
  write_bytes(path, data)
  _tell(console, path, data, bundles, apart)
  if form == 'stablehlo':
    console.print(
      'No archive: JAX reads such a program for half a year. Keep the run or the '
      'bundle, and export again.',
      soft_wrap=True,
    )


def _module(form: str) -> types.ModuleType:
  try:
    return importlib.import_module(_FORMATS[form][0])
  except ModuleNotFoundError as error:
    if error.name not in _EXTRA:
      raise
    raise InputError(
      f"--format={form}: {error.name} is missing; pip install -e '.[export]'"
    ) from error


def _in_float32(bundle: Bundle) -> Bundle:
  network = dataclasses.replace(bundle.network, dtype='float32')
  return dataclasses.replace(bundle, network=network)


def _check_size(model: str, bundles: list[Bundle]) -> None:
  weights = [leaf.nbytes for b in bundles for leaf in jax.tree.leaves(b.variables)]
  if sum(weights) > _MOST_BYTES:
    raise InputError(
      f'{model}: {len(bundles)} models of {sum(weights) / 1e9:.1f} GB are more than '
      f'one file holds (2 GB); export one of {pathlib.Path(model) / "models"}'
    )


def _apart(module: types.ModuleType, data: bytes, bundles: list[Bundle]) -> float:
  """How far probabilities of the file and of JAX differ at most.

  On random clips, and on some where little or nothing is to be seen: of these the
  rounding of two ways to compute would show.
  """
  random, size = np.random.default_rng(0), bundles[0].input
  shape = (_CHECKED, size.frames, size.height, size.width, 3)
  frames = random.integers(0, 256, shape, np.uint8)
  still, flat = np.repeat(frames[:1, :1], size.frames, 1), np.full_like(frames[:1], 100)
  frames = np.concatenate([frames, still, flat])
  real = np.linspace(1, size.frames, len(frames)).round().astype(np.int32)
  ours = np.asarray(jax.jit(jax_function(bundles))(frames, real))
  apart = float(np.abs(module.opened(data)(frames, real) - ours).max())
  if not apart <= _MOST_APART[bundles[0].network.dtype]:
    raise RuntimeError(
      f'the exported model answers otherwise than ours, by {apart:.2g}'
    )
  return apart


def _tell(
  console: Console,
  path: pathlib.Path,
  data: bytes,
  bundles: list[Bundle],
  apart: float,
) -> None:
  first, count = bundles[0], len(bundles)
  what = f'{first.model}, ' + (f'the mean of {count} models, ' if count > 1 else '')
  console.print(
    f'{path}: {what}{len(data) / 1e6:.1f} MB; on {_CHECKED} random clips, a still '
    f'and a flat one at most {apart:.1g} from JAX',
    soft_wrap=True,
  )
  for line in how_to(first):
    console.print(f'  {line}', soft_wrap=True)
