"""Finds datasets by name.

A prepared dataset is in `<data_dir>/<name>/<config>/<version>`, as array_record files.
An empty `data_dir` stands for TFDS's default: `TFDS_DATA_DIR`, or else
`~/tensorflow_datasets`. An empty `builder_config` stands for the dataset's default.
"""

import contextlib
import importlib
import os
import pkgutil
import re
import shlex
from pathlib import Path

import tensorflow_datasets as tfds
from tensorflow_datasets.core import dataset_builder

import stc_jax.datasets
from stc_jax import machine
from stc_jax.data import atomic_swap, set_folder
from stc_jax.datasets.recorded.options import Option, options_of
from stc_jax.errors import InputError

_CONFIG_NAME = re.compile(r'[A-Za-z_][\w-]*', re.ASCII)


def known_datasets() -> list[str]:
  """Returns the names of all datasets that can be prepared."""
  folders = pkgutil.iter_modules(stc_jax.datasets.__path__)
  return sorted(folder.name for folder in folders if _has_builder(folder.name))


def _has_builder(folder: str) -> bool:
  files = (Path(path, folder) for path in stc_jax.datasets.__path__)
  return any((path / f'{folder}_dataset_builder.py').exists() for path in files)


def prepared_builder(
  name: str, builder_config: str = '', data_dir: str = ''
) -> tfds.core.DatasetBuilder:
  """Opens the newest version of a prepared dataset.

  Raises:
    InputError: the dataset or config is unknown, not prepared (the line states the
      command that prepares it), or damaged.
  """
  check_config_name(builder_config)
  root, folder = data_root(data_dir), _newest(name, builder_config, data_dir)
  command = prepare_command(name, builder_config, data_dir)
  if folder:
    return set_folder.opened(folder, command)
  kind = builder_class(name)
  new_builder(kind, name, builder_config, root)
  if kind.MANUAL_DOWNLOAD_INSTRUCTIONS:
    command += ' --manual_dir=FOLDER'
  raise InputError(
    f'{_title(name, builder_config)} is not prepared in {root}; run: {command}'
  )


def is_prepared(name: str, builder_config: str = '', data_dir: str = '') -> bool:
  """Whether some version of the dataset is there, complete or not."""
  return _newest(name, builder_config, data_dir) is not None


def is_current(name: str, builder_config: str = '', data_dir: str = '') -> bool:
  """Whether the dataset is there in its builder's version or a newer one.

  Raises:
    InputError: there is no dataset of this name.
  """
  folder, kind = _newest(name, builder_config, data_dir), builder_class(name)
  own = builder_config not in {'', *kind.builder_configs}  # from the user's own code
  return bool(folder) and (own or tfds.core.Version(folder.name) >= kind.VERSION)


def prepare_command(name: str, builder_config: str, data_dir: str) -> str:
  """Returns the command that prepares a dataset, without its raw files."""
  flags = {'dataset': name, 'builder_config': builder_config, 'data_dir': data_dir}
  given = [f'--{flag}={shlex.quote(value)}' for flag, value in flags.items() if value]
  return ' '.join(['python -m stc_jax.prepare', *given])


def data_root(data_dir: str) -> Path:
  """Returns the folder of all prepared datasets.

  Raises:
    InputError: no setting names it, and there is no home folder.
  """
  default = os.environ.get('TFDS_DATA_DIR') or '~/tensorflow_datasets'
  return machine.expanded(data_dir or default, 'TFDS_DATA_DIR, or give --data_dir')


def _newest(name: str, builder_config: str, data_dir: str) -> Path | None:
  """Returns the folder of a prepared dataset's newest version."""
  folder = data_root(data_dir) / name
  folder /= builder_config or _recorded_default(folder)
  atomic_swap.recover_all(folder)
  versions = [
    tfds.core.Version(entry.name)
    for entry in (folder.iterdir() if folder.is_dir() else ())
    if tfds.core.Version.is_valid(entry.name)
  ]
  return folder / str(max(versions)) if versions else None


def _title(name: str, builder_config: str) -> str:
  return f'{name}/{builder_config}' if builder_config else name


def _recorded_default(folder: Path) -> str:
  """Returns the default config that TFDS noted in a dataset's folder, or ''."""
  with contextlib.suppress(OSError, ValueError):
    return dataset_builder.load_default_config_name(folder) or ''
  return ''


def builder_class(name: str) -> type[tfds.core.DatasetBuilder]:
  """Returns a dataset's builder.

  Raises:
    InputError: there is no dataset of this name.
  """
  known = known_datasets()
  if name not in known:
    raise InputError(f'unknown dataset {name!r}; known are {", ".join(known)}')
  module = importlib.import_module(f'stc_jax.datasets.{name}.{name}_dataset_builder')
  if not hasattr(module, 'Builder'):
    raise InputError(f'{module.__file__}: has no class Builder; give it one')
  return module.Builder


def options(name: str) -> list[Option]:
  """Returns the options that a user may set when a dataset is prepared.

  Raises:
    InputError: there is no dataset of this name.
  """
  return options_of(builder_class(name))


def new_builder(
  kind: type[tfds.core.DatasetBuilder],
  name: str,
  builder_config: str,
  root: Path,
  **given,
) -> tfds.core.DatasetBuilder:
  """Makes a builder of class `kind`; `given` are its further arguments.

  Raises:
    InputError: it has no such config.
  """
  known = list(kind.builder_configs)
  try:
    return kind(config=builder_config or None, data_dir=root, **given)
  except ValueError as error:
    if not builder_config or builder_config in known:
      raise
    raise InputError(
      f'{name} has no builder config {builder_config!r}; known are '
      f'{", ".join(known) or "none"}'
    ) from error


def check_config_name(builder_config: str) -> None:
  """Checks that a config's name can be the name of a folder.

  Raises:
    InputError: it can't.
  """
  if builder_config and not _CONFIG_NAME.fullmatch(builder_config):
    raise InputError(
      f'--builder_config={builder_config}: a name has letters, digits, - and _, and '
      'starts with a letter'
    )
