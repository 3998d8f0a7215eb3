"""The folder of a prepared set: opens it and checks that its files are complete.

The set is read without the code of its builder.
"""

from pathlib import Path

import tensorflow_datasets as tfds
from array_record.python import array_record_module
from google.protobuf import json_format
from tensorflow_datasets.core import dataset_info

from stc_jax.data import schema
from stc_jax.errors import InputError, blames_file

# Errors of TFDS for a damaged description; for an unknown dtype it imports TensorFlow.
_OF_INFO = (dataset_info.DatasetInfoFileError, json_format.ParseError, ImportError)


def opened(folder: Path, command: str) -> tfds.core.DatasetBuilder:
  """Opens the prepared dataset in `folder`; `command` prepares it.

  Raises:
    InputError: it is damaged, or holds no prepared clips.
  """
  try:
    builder = tfds.builder_from_directory(folder)
    _check_files(builder)
  except Exception as error:
    if not blames_file(error, *_OF_INFO):
      raise
    what = ' '.join(str(error).split())
    raise InputError(
      f'{folder}: damaged, or not a dataset of ours ({what}); make it again: {command} '
      '--overwrite, with the --manual_dir of before if there was one'
    ) from error
  schema.check(builder)
  return builder


def _check_files(builder: tfds.core.DatasetBuilder) -> None:
  """Checks that the label names and all records exist.

  Raises:
    ValueError: something is missing, or in another file format.
    RuntimeError, OSError: array_record can't read a file.
  """
  if builder.info.file_format != tfds.core.FileFormat.ARRAY_RECORD:
    raise ValueError(f'its format is {builder.info.file_format}')
  counts = [split.num_examples for split in builder.info.splits.values()]
  if not counts or not min(counts):
    raise ValueError('it has no splits, or an empty one')
  builder.info.metadata  # noqa: B018  reads the file
  for key, feature in builder.info.features.items():
    if isinstance(feature, tfds.features.ClassLabel):
      path = Path(feature.get_names_filepath(builder.data_dir, key))
      if len(path.read_text(encoding='utf-8').split()) == 0:
        raise ValueError(f'{path.name} is empty')
  for split in builder.info.splits.values():
    for path, count in zip(split.filepaths, split.shard_lengths, strict=True):
      found = array_record_module.ArrayRecordReader(str(path)).num_records()
      if found != count:
        raise ValueError(f'{path.name} has {found} records of {count}')
