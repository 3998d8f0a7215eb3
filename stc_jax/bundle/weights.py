"""A bundle's weights file: params and batch_stats by their path, as safetensors."""

import functools
import pathlib

import numpy as np
import safetensors
from flax import traverse_util
from safetensors.numpy import save_file

from stc_jax.data.input import InputConfig
from stc_jax.errors import InputError, first_few
from stc_jax.models import shapes
from stc_jax.models.registry import build

_DTYPES = {'F32': 'float32', 'F64': 'float64', 'F16': 'float16', 'BF16': 'bfloat16'}


def save(path: pathlib.Path, variables: dict) -> None:
  """Writes params and batch_stats."""
  flat = traverse_util.flatten_dict(variables, sep='/')
  save_file({name: np.ascontiguousarray(flat[name]) for name in sorted(flat)}, path)


def load(
  path: pathlib.Path, model: str, network, size: InputConfig, outputs: int
) -> dict:
  """Reads params and batch_stats, after a check of names, types and shapes.

  Args:
    path: of the file.
    model: the network's name.
    network: its configuration.
    size: of the network's input.
    outputs: how many.

  Raises:
    InputError: tensors are missing, of another network, or not finite.
    OSError: the file can't be read.
    safetensors.SafetensorError: it is damaged.
  """
  wanted = _wanted(model, network, size, outputs)
  with safetensors.safe_open(path, framework='numpy') as file:
    names = file.keys()
    found = {name: _described(file.get_slice(name)) for name in names}
    _compare(found, wanted)
    flat = {name: file.get_tensor(name) for name in wanted}
  for name, tensor in flat.items():
    if not np.isfinite(tensor).all():
      raise InputError(f'{name}: numbers that are not finite')
    if name.endswith('/var') and (tensor < 0).any():
      raise InputError(f'{name}: variances below 0')
  # An empty collection leaves no tensor behind.
  return {'batch_stats': {}} | traverse_util.unflatten_dict(flat, sep='/')


@functools.lru_cache(maxsize=8)
def _wanted(model: str, network, size: InputConfig, outputs: int) -> dict[str, str]:
  """Type and shape of each tensor; computes and allocates nothing."""
  clip = shapes.one_clip(size.frames, size.height, size.width, size.channels)
  variables = shapes.variables(build(model, network, outputs), clip)
  kept = {
    name: variables[name] for name in ('params', 'batch_stats') if name in variables
  }
  flat = traverse_util.flatten_dict(kept, sep='/')
  return {name: f'{leaf.dtype} {list(leaf.shape)}' for name, leaf in flat.items()}


def _described(part) -> str:
  dtype = part.get_dtype()
  return f'{_DTYPES.get(dtype, dtype)} {part.get_shape()}'


def _compare(found: dict[str, str], wanted: dict[str, str]) -> None:
  differ = [
    f'{name}: {found.get(name, "missing")}, in the network {wanted.get(name, "none")}'
    for name in sorted(found.keys() | wanted.keys())
    if found.get(name) != wanted.get(name)
  ]
  if differ:
    raise InputError(first_few(differ))
