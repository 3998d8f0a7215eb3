"""Prepares datasets from raw files, atomically."""

import contextlib
import functools
import io
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow_datasets as tfds

from stc_jax import late, locks, machine
from stc_jax.data import atomic_swap, catalogue, set_folder
from stc_jax.datasets.recorded.builder import AlignedClipsBuilder
from stc_jax.datasets.recorded.options import options_of
from stc_jax.errors import InputError


def prepare(
  name: str,
  builder_config: str = '',
  data_dir: str = '',
  manual_dir: str = '',
  overwrite: bool = False,
  options: Mapping[str, Any] | None = None,
  beam_pipeline_options: Sequence[str] = (),
) -> tfds.core.DatasetBuilder:
  """Prepares a dataset if it isn't prepared yet, and opens it.

  The dataset's folder never holds an incomplete set: TFDS writes to another folder and
  renames it at the end. With `overwrite` the old set stays in place until the new one
  is complete. If two processes prepare the same set, one waits for the other.

  Args:
    name: one of `catalogue.known_datasets()`.
    builder_config: one of the dataset's configs.
    data_dir: the folder of prepared datasets.
    manual_dir: the folder of raw files, if the dataset is made from files.
    overwrite: makes the dataset again if it exists.
    options: values of the dataset's options, by name; see `catalogue.options`.
    beam_pipeline_options: of Apache Beam, to prepare by a pipeline; each is
      '--name=value'.

  Raises:
    InputError: the dataset or config is unknown; `manual_dir` or `options` are missing,
      wrong, or differ from those of the existing dataset; the raw files are bad;
      `data_dir` can't be written; or the existing dataset is damaged.
  """
  catalogue.check_config_name(builder_config)
  kind, root = catalogue.builder_class(name), catalogue.data_root(data_dir)
  given = _given(kind, name, options)
  new = functools.partial(catalogue.new_builder, kind, name, builder_config)
  folder = _folder(kind, name, builder_config, root)
  command = catalogue.prepare_command(name, builder_config, data_dir)

  def existing() -> tfds.core.DatasetBuilder:
    builder = set_folder.opened(folder, command)
    _check_origin(builder, new(root, **given), manual_dir)
    print(f'{folder} is already prepared; --overwrite makes it again')
    return builder

  if folder.exists() and not overwrite:
    return existing()
  _check_manual_dir(name, kind.MANUAL_DOWNLOAD_INSTRUCTIONS, manual_dir)
  pipeline_options = _pipeline_options(kind, name, beam_pipeline_options)
  if not folder.exists():  # otherwise the config is known
    new(root)
  _make_folder(folder.parent)
  with locks.alone_in(folder.parent, functools.partial(_waits, folder)):
    atomic_swap.recover(folder)
    if folder.exists() and not overwrite:  # made while this process waited
      return existing()
    config = tfds.download.DownloadConfig(
      manual_dir=_absolute(manual_dir) if manual_dir else None,
      beam_options=pipeline_options,
    )
    _make(functools.partial(new, **given), root, folder, config)
  return set_folder.opened(folder, command)


def _make(
  new: Callable[[Path], tfds.core.DatasetBuilder],
  root: Path,
  folder: Path,
  config: tfds.download.DownloadConfig,
) -> None:
  """Makes the set of `folder`, for the holder of the lock; `new` makes its builder."""
  print(f'preparing {folder}', flush=True)
  with atomic_swap.place(root, folder) as place:
    builder = _generate(new(place), config)
  _clean_up(builder)


def _waits(folder: Path, owner: str) -> None:
  print(f'{folder}: {owner} prepares it; waiting', flush=True)


def _folder(
  kind: type[tfds.core.DatasetBuilder], name: str, builder_config: str, root: Path
) -> Path:
  """Returns the folder of a dataset, without opening it as a builder does."""
  default = kind.default_builder_config
  config = builder_config or (default.name if default else '')
  return root / name / config / str(kind.VERSION)


def _given(
  kind: type[tfds.core.DatasetBuilder], name: str, options: Mapping[str, Any] | None
) -> dict[str, Mapping[str, Any]]:
  """The builder's argument `options`, checked."""
  if not options:
    return {}
  known = [option.name for option in options_of(kind)]
  for given in options:
    if given not in known:
      raise InputError(
        f'--{given}: {name} has no such option; it has {", ".join(known) or "none"}'
      )
  kind.builder_config_cls(name=name, **options)
  return {'options': options}


def _pipeline_options(
  kind: type[tfds.core.DatasetBuilder], name: str, given: Sequence[str]
) -> Any:
  """Apache Beam's options, parsed; None if there are none."""
  if not given:
    return None
  flag = '--beam_pipeline_options'
  if not issubclass(kind, AlignedClipsBuilder):
    raise InputError(f'{flag}: {name} is made in one process; leave this flag out')
  logging.disable(logging.WARNING)  # of Beam, about packages that aren't needed
  try:
    beam_shards = late.load_with_extra(
      'stc_jax.datasets.recorded.beam_shards', flag, 'beam', ('apache_beam',)
    )
  finally:
    logging.disable(logging.NOTSET)
  return beam_shards.pipeline_options(given)


def _check_manual_dir(name: str, instructions: str | None, manual_dir: str) -> None:
  if manual_dir and not instructions:
    raise InputError(f'--manual_dir: {name} is made without files; leave this flag out')
  if not instructions:
    return
  hint = ' '.join(instructions.split())
  if not manual_dir:
    raise InputError(f'{name} is made from files of yours: give --manual_dir. {hint}')
  try:
    found = any(machine.expanded(manual_dir).iterdir())
  except OSError as error:
    raise InputError(f'--manual_dir={manual_dir}: {error.strerror}. {hint}') from error
  if not found:
    raise InputError(f'--manual_dir={manual_dir}: an empty folder. {hint}')


def _make_folder(folder: Path) -> None:
  """Makes `folder` and checks that it can be written, before hours of work."""
  try:
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=folder).close()
  except OSError as error:
    raise InputError(
      f'{folder}: cannot write there ({error.strerror}); give another --data_dir'
    ) from error


def _check_origin(
  builder: tfds.core.DatasetBuilder, asked: tfds.core.DatasetBuilder, manual_dir: str
) -> None:
  """Refuses an existing set that was made from other files or with other options."""
  noted = builder.info.metadata or {}
  recipe = asked.recipe() if isinstance(asked, AlignedClipsBuilder) else {}
  made_with = noted.get('recipe', recipe)
  if recipe != made_with:
    raise InputError(
      f'{builder.data_dir} was prepared with {_flags(made_with)}, not with '
      f'{_flags(recipe)}; give another --builder_config, or --overwrite to replace it'
    )
  origin = noted.get('manual_dir')
  if manual_dir and origin and Path(origin) != _absolute(manual_dir):
    raise InputError(
      f'{builder.data_dir} was prepared from {origin}, not from {manual_dir}; give '
      'another --builder_config, or --overwrite to replace it'
    )


def _flags(recipe: dict[str, str]) -> str:
  return ' '.join(f'--{flag}={value}' for flag, value in recipe.items())


def _absolute(path: str) -> Path:
  return machine.expanded(path).resolve()


def _generate(
  builder: tfds.core.DatasetBuilder, config: tfds.download.DownloadConfig
) -> tfds.core.DatasetBuilder:
  """Writes the dataset. TFDS's output, which is about downloads, is suppressed."""
  tfds.disable_progress_bar()
  for left in builder.data_path.parent.glob(f'incomplete.*_{builder.version}'):
    shutil.rmtree(left)  # by a killed process
  with contextlib.redirect_stdout(io.StringIO()):
    builder.download_and_prepare(download_config=config, file_format='array_record')
  return builder


def _clean_up(builder: tfds.core.DatasetBuilder) -> None:
  """Deletes the work folder once the set is complete, and prints a summary."""
  if isinstance(builder, AlignedClipsBuilder):
    shutil.rmtree(builder.work_folder, ignore_errors=True)
    print(builder.outcome)
