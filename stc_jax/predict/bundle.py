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
from jaxtyping import Float

from stc_jax.data.input import InputConfig, Normalisation
from stc_jax.errors import InputError, machine_error
from stc_jax.predict import bundle_fields, weights
from stc_jax.tasks.registry import TaskConfig

_WEIGHTS, _REST = 'weights.safetensors', 'bundle.json'
# What the bundles of one run share: their probabilities are averaged, name by name.
_ALIKE = ('model', 'network', 'input', 'task', 'names', 'alignment')


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
  weights.save(part / _WEIGHTS, bundle.variables)
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
    {'format': bundle_fields.FORMAT} | fields,
    indent=1,
    ensure_ascii=False,
    allow_nan=False,
  )
  (part / _REST).write_text(text + '\n', encoding='utf-8')
  shutil.rmtree(folder, ignore_errors=True)
  part.rename(folder)


def load(folder: pathlib.Path) -> Bundle:
  """Reads a bundle.

  Raises:
    InputError: there is none, or it is damaged or of another version.
    OSError: the machine keeps it from being read.
  """
  if not is_bundle(folder):
    raise InputError(f'{folder}: no model there; name a bundle, or a finished run')
  known = [f.name for f in dataclasses.fields(Bundle) if f.name != 'variables']
  try:
    fields = bundle_fields.read(folder / _REST, known)
    network = (fields[name] for name in ('model', 'network', 'input'))
    variables = weights.load(folder / _WEIGHTS, *network, len(fields['names']))
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
  return Bundle(**fields, variables=variables)


def check_alike(bundles: dict[str, Bundle]) -> None:
  """Checks that bundles are of one run, so that their probabilities may be averaged.

  Args:
    bundles: by the names of their folders.

  Raises:
    InputError: two differ in what they tell, or of what; names both and the field.
  """
  first, *others = bundles
  for other in others:
    for field in _ALIKE:
      one, two = (getattr(bundles[name], field) for name in (first, other))
      if one != two:
        raise InputError(
          f'{other}: field {field} differs from that of {first}, so they are no '
          'models of one run to be averaged; name one of them, or move the other away'
        )
