"""Finds and prepares datasets by name.

A prepared dataset lies in `<data_dir>/<name>/<config>/<version>`, as array_record
files. It is opened from there without the code that made it. An empty `data_dir` stands
for TFDS's own: `TFDS_DATA_DIR`, or else `~/tensorflow_datasets`. An empty
`builder_config` stands for the dataset's default config.
"""

import contextlib
import importlib
import io
import os
import pkgutil
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import tensorflow_datasets as tfds
from array_record.python import array_record_module
from tensorflow_datasets.core import dataset_builder

import stc_jax.datasets
from stc_jax.errors import InputError

_CONFIG_NAME = re.compile(r'[A-Za-z_][\w-]*', re.ASCII)


def known_datasets() -> list[str]:
  """Returns the names of all datasets that can be prepared."""
  modules = pkgutil.iter_modules(stc_jax.datasets.__path__)
  return sorted(module.name for module in modules if module.ispkg)


def prepared_builder(
  name: str, builder_config: str = '', data_dir: str = ''
) -> tfds.core.DatasetBuilder:
  """Opens the newest version of a prepared dataset.

  Raises:
    InputError: the dataset or config is unknown, not prepared (the line states the
      command that prepares it), or damaged.
  """
  _check_config_name(builder_config)
  root, folder = _root(data_dir), _newest(name, builder_config, data_dir)
  command = prepare_command(name, builder_config, data_dir)
  if folder:
    return _open(folder, command)
  builder_class = _builder_class(name)
  _new_builder(builder_class, name, builder_config, root)
  if builder_class.MANUAL_DOWNLOAD_INSTRUCTIONS:
    command += ' --manual_dir=FOLDER'
  raise InputError(
    f'{_title(name, builder_config)} is not prepared in {root}; run: {command}'
  )


def prepare(
  name: str,
  builder_config: str = '',
  data_dir: str = '',
  manual_dir: str = '',
  overwrite: bool = False,
) -> tfds.core.DatasetBuilder:
  """Prepares a dataset, unless it is prepared already, and opens it.

  Nothing half-made is ever found under the dataset's name: TFDS writes to a folder
  beside it and renames that at the end. With `overwrite`, the old one is given up only
  when the new one is whole.

  Args:
    name: one of `known_datasets()`.
    builder_config: one of the dataset's configs.
    data_dir: where prepared datasets lie.
    manual_dir: the folder of raw files, for a dataset that is made from such.
    overwrite: makes the dataset again if it is there.

  Raises:
    InputError: the dataset or config is unknown; `manual_dir` is missing, wrong, or
      not what the dataset in place was made from; the raw files are bad; `data_dir`
      can't be written; or the dataset in place is damaged.
  """
  _check_config_name(builder_config)
  builder_class, root = _builder_class(name), _root(data_dir)
  folder = _folder(builder_class, name, builder_config, root)
  command = prepare_command(name, builder_config, data_dir)
  if folder.exists() and not overwrite:
    builder = _open(folder, command)
    _check_origin(builder, manual_dir)
    print(f'{folder} is already prepared; --overwrite makes it again')
    return builder
  _check_manual_dir(name, builder_class.MANUAL_DOWNLOAD_INSTRUCTIONS, manual_dir)
  if not folder.exists():  # else the config is known
    _new_builder(builder_class, name, builder_config, root)
  _make_folder(folder.parent)
  print(f'preparing {folder}', flush=True)
  with _set_aside(folder):
    _generate(_new_builder(builder_class, name, builder_config, root), manual_dir)
  return _open(folder, command)


def is_prepared(name: str, builder_config: str = '', data_dir: str = '') -> bool:
  """Whether some version of the dataset is in place, whole or not."""
  return _newest(name, builder_config, data_dir) is not None


def prepare_command(name: str, builder_config: str, data_dir: str) -> str:
  """Returns the command line that prepares a dataset, but for its raw files."""
  flags = {'dataset': name, 'builder_config': builder_config, 'data_dir': data_dir}
  given = [f'--{flag}={shlex.quote(value)}' for flag, value in flags.items() if value]
  return ' '.join(['python -m stc_jax.prepare', *given])


def _root(data_dir: str) -> Path:
  default = os.environ.get('TFDS_DATA_DIR', '~/tensorflow_datasets')
  return Path(data_dir or default).expanduser()


def _newest(name: str, builder_config: str, data_dir: str) -> Path | None:
  """Returns the folder of a prepared dataset's newest version."""
  folder = _root(data_dir) / name
  folder /= builder_config or _recorded_default(folder)
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


def _builder_class(name: str) -> type[tfds.core.DatasetBuilder]:
  known = known_datasets()
  if name not in known:
    raise InputError(f'unknown dataset {name!r}; known are {", ".join(known)}')
  module = importlib.import_module(f'stc_jax.datasets.{name}.{name}_dataset_builder')
  return module.Builder


def _new_builder(
  builder_class: type[tfds.core.DatasetBuilder],
  name: str,
  builder_config: str,
  root: Path,
) -> tfds.core.DatasetBuilder:
  known = list(builder_class.builder_configs)
  try:
    return builder_class(config=builder_config or None, data_dir=root)
  except ValueError as error:
    if not builder_config or builder_config in known:
      raise
    raise InputError(
      f'{name} has no builder config {builder_config!r}; known are '
      f'{", ".join(known) or "none"}'
    ) from error


def _folder(
  builder_class: type[tfds.core.DatasetBuilder],
  name: str,
  builder_config: str,
  root: Path,
) -> Path:
  """Returns where a dataset belongs; a builder itself would read what lies there."""
  default = builder_class.default_builder_config
  config = builder_config or (default.name if default else '')
  return root / name / config / str(builder_class.VERSION)


def _check_config_name(builder_config: str) -> None:
  if builder_config and not _CONFIG_NAME.fullmatch(builder_config):
    raise InputError(
      f'--builder_config={builder_config}: a name has letters, digits, - and _, and '
      'starts with a letter'
    )


def _check_manual_dir(name: str, instructions: str | None, manual_dir: str) -> None:
  if manual_dir and not instructions:
    raise InputError(f'--manual_dir: {name} is made without files; leave this flag out')
  if not instructions:
    return
  hint = ' '.join(instructions.split())
  if not manual_dir:
    raise InputError(f'{name} is made from files of yours: give --manual_dir. {hint}')
  try:
    found = any(Path(manual_dir).expanduser().iterdir())
  except OSError as error:
    raise InputError(f'--manual_dir={manual_dir}: {error.strerror}. {hint}') from error
  if not found:
    raise InputError(f'--manual_dir={manual_dir}: an empty folder. {hint}')


def _make_folder(folder: Path) -> None:
  """Makes `folder` and tries it, before hours are spent on what goes into it."""
  try:
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=folder).close()
  except OSError as error:
    raise InputError(
      f'{folder}: cannot write there ({error.strerror}); give another --data_dir'
    ) from error


def _check_origin(builder: tfds.core.DatasetBuilder, manual_dir: str) -> None:
  """Refuses to pass off one folder's clips as another's, where the builder noted it."""
  origin = (builder.info.metadata or {}).get('manual_dir')
  if manual_dir and origin and Path(origin) != _absolute(manual_dir):
    raise InputError(
      f'{builder.data_dir} was prepared from {origin}, not from {manual_dir}; give '
      'another --builder_config, or --overwrite to replace it'
    )


def _absolute(path: str) -> Path:
  return Path(path).expanduser().resolve()


def _generate(builder: tfds.core.DatasetBuilder, manual_dir: str) -> None:
  """Writes the dataset; TFDS's own words, which speak of downloads, are left out."""
  config = tfds.download.DownloadConfig(
    manual_dir=_absolute(manual_dir) if manual_dir else None
  )
  tfds.disable_progress_bar()
  with contextlib.redirect_stdout(io.StringIO()):
    builder.download_and_prepare(download_config=config, file_format='array_record')


@contextlib.contextmanager
def _set_aside(folder: Path) -> Iterator[None]:
  """Moves `folder` out of the way; brings it back if the body fails."""
  aside = folder.with_name(f'{folder.name}.replaced')
  if folder.exists():
    shutil.rmtree(aside, ignore_errors=True)
    folder.rename(aside)
  try:
    yield
  except BaseException:
    if aside.exists() and not folder.exists():
      aside.rename(folder)
    raise
  shutil.rmtree(aside, ignore_errors=True)


def _open(folder: Path, command: str) -> tfds.core.DatasetBuilder:
  try:
    builder = tfds.builder_from_directory(folder)
    _check_files(builder)
  # TFDS, protobuf and array_record have no error in common for a damaged file.
  except Exception as error:
    what = ' '.join(str(error).split())
    raise InputError(
      f'{folder}: damaged, or not a dataset of ours ({what}); make it again: {command} '
      '--overwrite, with the --manual_dir of before if there was one'
    ) from error
  return builder


def _check_files(builder: tfds.core.DatasetBuilder) -> None:
  """Checks that the label names and all records are there.

  Raises:
    ValueError: something is missing, or in another file format.
    RuntimeError, OSError: array_record can't read a file.
  """
  if builder.info.file_format != tfds.core.FileFormat.ARRAY_RECORD:
    raise ValueError(f'its format is {builder.info.file_format}')
  if not builder.info.splits:
    raise ValueError('it has no splits')
  for key, feature in builder.info.features.items():
    if isinstance(feature, tfds.features.ClassLabel):
      path = Path(feature.get_names_filepath(builder.data_dir, key))
      if len(path.read_text().split()) == 0:
        raise ValueError(f'{path.name} is empty')
  for split in builder.info.splits.values():
    for path, count in zip(split.filepaths, split.shard_lengths, strict=True):
      found = array_record_module.ArrayRecordReader(str(path)).num_records()
      if found != count:
        raise ValueError(f'{path.name} has {found} records of {count}')
