"""A bundle's folder, which needs nothing else.

    weights.safetensors    params and batch_stats, by their path
    bundle.json            everything else, see `Bundle`

The same model gives the same bytes.
"""

import dataclasses
import hashlib
import json
import pathlib

import numpy as np
import safetensors

from stc_jax import files
from stc_jax.bundle import fields, weights
from stc_jax.bundle.bundle import Bundle
from stc_jax.errors import InputError, machine_error

_WEIGHTS, _FIELDS = 'weights.safetensors', 'bundle.json'


def is_bundle(folder: pathlib.Path) -> bool:
  """Whether a folder holds a bundle, complete or not."""
  return (folder / _FIELDS).exists() or (folder / _WEIGHTS).exists()


def save(folder: pathlib.Path, bundle: Bundle) -> None:
  """Writes a bundle, whole or not at all."""
  with files.whole_folder(folder) as part:
    write_into(part, bundle)


def write_into(folder: pathlib.Path, bundle: Bundle) -> None:
  """Writes the files of a bundle into a folder that is there."""
  weights.save(folder / _WEIGHTS, bundle.variables)
  text = json.dumps(_as_json(bundle), indent=1, ensure_ascii=False, allow_nan=False)
  (folder / _FIELDS).write_text(text + '\n', encoding='utf-8')


def _as_json(bundle: Bundle) -> dict:
  """Every known field but the variables, in plain types."""
  values = {name: getattr(bundle, name) for name in _names()}
  if bundle.clip_looks:
    values['clip_looks'] = dataclasses.asdict(bundle.clip_looks)
  for name in fields.LATER:
    if values[name] is None:
      del values[name]
  return (
    {'format': fields.FORMAT}
    | values
    | {
      'network': dataclasses.asdict(bundle.network),
      'input': bundle.input.recorded(),
      'task': dataclasses.asdict(bundle.task),
      'normalisation': {
        name: np.asarray(value, np.float64).tolist()
        for name, value in bundle.normalisation._asdict().items()
      },
    }
  )


def digest(folder: pathlib.Path) -> str:
  """SHA-256 of a bundle's files; it identifies the model wherever its folder lies."""
  found = hashlib.sha256()
  for name in (_FIELDS, _WEIGHTS):
    data = (folder / name).read_bytes()
    found.update(f'{name} {len(data)} '.encode() + data)
  return found.hexdigest()


def load(folder: pathlib.Path) -> Bundle:
  """Reads a bundle.

  Raises:
    InputError: the folder holds no bundle, or a damaged one, or one of another version.
    OSError: the machine keeps it from being read.
  """
  if not is_bundle(folder):
    raise InputError(f'{folder}: no model there; name a bundle, or a finished run')
  try:
    values = fields.read(folder / _FIELDS, _names())
    network = (values[name] for name in ('model', 'network', 'input'))
    variables = weights.load(folder / _WEIGHTS, *network, len(values['names']))
  except (
    InputError,
    OSError,
    RecursionError,
    ValueError,
    safetensors.SafetensorError,
  ) as error:
    if machine_error(error):
      raise
    what = ' '.join(str(error).split()) or type(error).__name__
    raise InputError(
      f'{folder}: a damaged model, or one of another version of stc_jax ({what}); open '
      'it with that version, or train its trial again'
    ) from error
  return Bundle(**values, variables=variables)


def _names() -> list[str]:
  """The fields that bundle.json holds."""
  return [f.name for f in dataclasses.fields(Bundle) if f.name != 'variables']
