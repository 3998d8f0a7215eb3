"""What `python -m stc_jax.prepare` does, once its flags are read."""

import collections
import pathlib
import shlex

import tensorflow_datasets as tfds

from stc_jax.cli import compilation
from stc_jax.data import preparation
from stc_jax.datasets.recorded.builder import Options
from stc_jax.errors import InputError
from stc_jax.faces.alignment import Alignment

# Flags that say how faces are cut out.
_CUTTING = ('roll', 'smooth', 'max_gap')
_OF_ONE = {'sessions_file': 'mmi', 'test_dir': 'bp4d', 'frame_offset': 'bp4d'}
_EMBEDDED = 'synthetic_faces'  # its launch files choose among its configs


def main(
  name: str,
  builder_config: str,
  data_dir: str,
  manual_dir: str,
  overwrite: bool,
  chosen: dict,
) -> None:
  """Prepares a dataset as `preparation.prepare` does, and describes it.

  Args:
    name: which.
    builder_config: which of its configs.
    data_dir: where prepared sets lie.
    manual_dir: the folder of raw files.
    overwrite: makes it again.
    chosen: what the user chose of a preparation, by flag.
  """
  compilation.keep_programs()
  options = _options(name, chosen)
  builder = preparation.prepare(
    name, builder_config, data_dir, manual_dir, overwrite, options
  )
  print(f'{builder.info.full_name} is in {builder.data_dir}')
  for split in builder.info.splits:
    print(describe(builder, split))
  if command := _next_command(builder, name, builder_config, data_dir):
    print(f'next: {command}')


def _options(name: str, chosen: dict) -> Options | None:
  """What the flags ask for; None if they leave everything to the dataset.

  Raises:
    InputError: a flag that the dataset has no use for.
  """
  for flag, only in _OF_ONE.items():
    if flag in chosen and name != only:
      raise InputError(f'--{flag}: only goes with --dataset={only}')
  cut = {flag: chosen[flag] for flag in _CUTTING if flag in chosen}
  if cut and chosen.get('align') == 'none':
    raise InputError(f'--{next(iter(cut))}: only goes with --align=mtcnn')
  others = {k: v for k, v in chosen.items() if k not in (*_CUTTING, 'align')}
  method = chosen.get('align') or ('mtcnn' if cut else None)
  alignment = Alignment(method, **cut) if method else None
  return Options(alignment, **others) if alignment or others else None


def _next_command(
  builder: tfds.core.DatasetBuilder, name: str, builder_config: str, data_dir: str
) -> str:
  """Returns the command that trains on the dataset, or '' if it has no launch file."""
  launch, config = f'launch/{name}.py', builder_config
  if name == _EMBEDDED:
    is_coded = 'label' not in builder.info.features
    launch = f'launch/synthetic{"_aus" * is_coded}.py'
    config = builder.info.config_name
  if not pathlib.Path(launch).exists():
    return ''
  fields = {
    'dataset.builder_config': config,
    'execution.data_dir': data_dir,
  }
  given = [
    f'--config.{field}={shlex.quote(value)}' for field, value in fields.items() if value
  ]
  return ' '.join([f'python -m stc_jax.main --config={launch}', *given])


def describe(builder: tfds.core.DatasetBuilder, split: str) -> str:
  """Returns a line on a split: its clips, and subjects and classes if it has them."""
  examples = builder.as_data_source(split)
  subjects, counts = set(), collections.Counter()
  for example in examples:
    subjects.add(example.get('subject'))
    counts[example.get('label')] += 1
  words = [f'{split}: {len(examples)} clips']
  if 'subject' in builder.info.features:
    words.append(f'{len(subjects)} subjects')
  if 'label' in builder.info.features:
    names = builder.info.features['label'].names
    classes = ', '.join(f'{name} {counts[i]}' for i, name in enumerate(names))
    words.append(f'{len(names)} classes ({classes})')
  return ', '.join(words)
