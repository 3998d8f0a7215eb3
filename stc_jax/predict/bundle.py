"""A bundle: a finished model in a folder that needs nothing else.

    weights.safetensors    params and batch_stats, by their path
    bundle.json            everything else, see `Bundle`

The same model gives the same bytes.
"""

import dataclasses
import json
import pathlib
import shutil

import numpy as np
import safetensors
from flax import traverse_util
from jaxtyping import Float
from safetensors.numpy import load_file, save_file

from stc_jax.data.input import InputConfig, Normalisation
from stc_jax.errors import InputError
from stc_jax.models.zoo import MODELS
from stc_jax.training.tasks import TaskConfig

_WEIGHTS, _REST = 'weights.safetensors', 'bundle.json'
_FORMAT = 3


@dataclasses.dataclass(frozen=True)
class Bundle:
  """A finished model and all that using it elsewhere needs.

  Attributes:
    model, network: its name, and that model's section.
    input: what it is shown of a clip; its views are averaged.
    task: how outputs become probabilities.
    names: of its outputs, in their order: classes, or action units.
    normalisation: of its training clips' pixels.
    alignment: how the faces of its training clips were cut out, by flag.
    clip_seconds, clip_motion: of its training clips: `low`, `median` and `high`, the
      5th, 50th and 95th percentile (motion as in `ClipSet`).
    provenance: what it was trained on, as which trial, with which versions.
    variables: params and batch_stats, host arrays.
  """

  model: str
  network: object
  input: InputConfig
  task: TaskConfig
  names: tuple[str, ...]
  normalisation: Normalisation
  alignment: dict[str, str]
  clip_seconds: dict[str, float]
  clip_motion: dict[str, float]
  provenance: dict
  variables: dict


def spread(values: Float[np.ndarray, 'n']) -> dict[str, float]:
  """The 5th, 50th and 95th percentile."""
  low, median, high = np.percentile(values.astype(np.float64), (5, 50, 95)).tolist()
  return {'low': low, 'median': median, 'high': high}


def is_bundle(folder: pathlib.Path) -> bool:
  """Whether a folder holds a bundle, whole or not."""
  return (folder / _REST).exists() or (folder / _WEIGHTS).exists()


def save(folder: pathlib.Path, bundle: Bundle) -> None:
  """Writes a bundle, whole or not at all."""
  part = folder.with_name(f'.{folder.name}.part')
  shutil.rmtree(part, ignore_errors=True)
  part.mkdir(parents=True)
  save_file(_flat(bundle.variables), part / _WEIGHTS)
  fields = {
    field.name: getattr(bundle, field.name) for field in dataclasses.fields(bundle)
  }
  del fields['variables']
  fields |= {
    'network': dataclasses.asdict(bundle.network),
    'input': dataclasses.asdict(bundle.input),
    'task': dataclasses.asdict(bundle.task),
    'normalisation': {
      name: np.asarray(value, np.float64).tolist()
      for name, value in bundle.normalisation._asdict().items()
    },
  }
  text = json.dumps(
    {'format': _FORMAT} | fields, indent=1, ensure_ascii=False, allow_nan=False
  )
  (part / _REST).write_text(text + '\n', encoding='utf-8')
  shutil.rmtree(folder, ignore_errors=True)
  part.rename(folder)


def load(folder: pathlib.Path) -> Bundle:
  """Reads a bundle.

  Raises:
    InputError: there is none, or it is damaged or of another version.
  """
  if not is_bundle(folder):
    raise InputError(f'{folder}: no model there; name a bundle, or a finished run')
  try:
    fields = json.loads((folder / _REST).read_text(encoding='utf-8'))
    if fields.pop('format') != _FORMAT:
      raise ValueError('of another version')
    if fields['model'] not in MODELS:
      raise ValueError(f'{fields["model"]} is none of our models')
    fields |= {
      'network': MODELS[fields['model']].config(**_tuples(fields['network'])),
      'input': InputConfig(**_tuples(fields['input'])),
      'task': TaskConfig(**_tuples(fields['task'])),
      'names': tuple(fields['names']),
      'normalisation': Normalisation(
        **{k: np.array(v, np.float32) for k, v in fields['normalisation'].items()}
      ),
    }
    variables = traverse_util.unflatten_dict(load_file(folder / _WEIGHTS), sep='/')
    variables.setdefault('batch_stats', {})  # an empty one leaves no file behind
    return Bundle(**fields, variables=variables)
  except (
    AttributeError,
    FileNotFoundError,
    InputError,
    KeyError,
    TypeError,
    ValueError,
    safetensors.SafetensorError,
  ) as error:
    what = ' '.join(str(error).split()) or type(error).__name__
    raise InputError(
      f'{folder}: a damaged model, or one of another version of stc_jax ({what}); open '
      'it with that version, or train its trial again'
    ) from error


def _flat(variables: dict) -> dict[str, np.ndarray]:
  flat = traverse_util.flatten_dict(variables, sep='/')
  return {name: np.ascontiguousarray(flat[name]) for name in sorted(flat)}


def _tuples(section: dict) -> dict:
  """Tuples come back from JSON as lists."""

  def as_tuple(value):
    return tuple(map(as_tuple, value)) if isinstance(value, list) else value

  return {name: as_tuple(value) for name, value in section.items()}
