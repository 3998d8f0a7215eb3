"""Finds the bundle that training starts from, and checks that it fits a run."""

import dataclasses
import pathlib
import shlex

from stc_jax.bundle import bundle_folder
from stc_jax.bundle.bundle import Bundle
from stc_jax.data.input import InputConfig
from stc_jax.errors import InputError
from stc_jax.run_folder import layout

FIELD = 'training.start_from'
_DIGEST = 'sha256:'  # begins the digest of a model, which stands for it in config.json
# Of the network: those that change no meaning of its weights.
_FREE = {'dropout', 'norm_momentum', 'dtype', 'gate_bias'}
# Of the input: those that decide what the network reads.
_READ = ('height', 'width', 'transforms')


def identity(path: str) -> str:
  """What stands for a model in a run's identity: the digest of its files.

  Args:
    path: of the model; or this identity, as config.json has it.

  Raises:
    InputError: there is no such model, or there are several.
  """
  if path.startswith(_DIGEST):
    return path
  folder = found(path)
  try:
    return _DIGEST + bundle_folder.digest(folder)
  except (FileNotFoundError, IsADirectoryError) as error:
    raise InputError(
      f'{FIELD}: {folder}: a damaged model ({error.filename} is no file); name another'
    ) from error


def found(path: str) -> pathlib.Path:
  """The folder of the bundle: `path`, or the only one of a run.

  Raises:
    InputError: there is no model, or there are several.
  """
  folder = pathlib.Path(path)
  if bundle_folder.is_bundle(folder):
    return folder
  models = layout.models(folder)
  if not models:
    raise InputError(
      f'{FIELD}: {path}: no model there; name a bundle, or a run with one model'
    )
  if len(models) > 1:
    raise InputError(
      f'{FIELD}: {path} has {len(models)} models; name one of them, such as {models[0]}'
    )
  return models[0]


def check_fields(
  folder: pathlib.Path,
  bundle: Bundle,
  model: str,
  network,
  launch: InputConfig,
  size: InputConfig,
) -> None:
  """Refuses a model of another network or input; see `starting_point.load`."""
  if model != bundle.model:
    raise InputError(
      f'{FIELD}: {folder} is of model {bundle.model}, not {model}; set '
      f'--config.model={bundle.model}'
    )
  sections = {model: (bundle.network, network), 'input': (bundle.input, size)}
  fields = {
    model: [f.name for f in dataclasses.fields(network) if f.name not in _FREE],
    'input': list(_READ),
  }
  if bundle.input.frames not in (launch.frames, size.frames):
    fields['input'].append('frames')
  differ = {
    f'{section}.{field}': (getattr(theirs, field), getattr(ours, field))
    for section, (theirs, ours) in sections.items()
    for field in fields[section]
    if getattr(theirs, field) != getattr(ours, field)
  }
  if differ:
    said = '; '.join(f'{f} {one!r}, not {two!r}' for f, (one, two) in differ.items())
    flags = shlex.join(f'--config.{f}={value}' for f, (value, _) in differ.items())
    raise InputError(f'{FIELD}: {folder} has {said}; add {flags}')
