"""Prepares a dataset for training: `python -m stc_jax.prepare --dataset=NAME`.

Says where the dataset lies, what is in it, and the command to type next.
"""

import collections
import pathlib
import shlex

import tensorflow_datasets as tfds
from absl import flags

from stc_jax import command_line
from stc_jax.data import preparation

_DATASET = flags.DEFINE_string(
  'dataset', None, 'Which dataset; a folder of datasets/.', required=True
)
_BUILDER_CONFIG = flags.DEFINE_string(
  'builder_config',
  '',
  'Which of its configs; for clip_folder, a name of your own for this folder.',
)
_MANUAL_DIR = flags.DEFINE_string(
  'manual_dir', '', 'The folder of raw files, for a dataset that is made from such.'
)
_DATA_DIR = flags.DEFINE_string(
  'data_dir',
  '',
  'Where prepared datasets lie; TFDS_DATA_DIR or ~/tensorflow_datasets if not given.',
)
_OVERWRITE = flags.DEFINE_bool('overwrite', False, 'Makes the dataset again.')

_EMBEDDED = 'synthetic_faces'  # its launch files choose among its configs


def main() -> None:
  """Prepares the dataset that the flags name, and describes it."""
  builder = preparation.prepare(
    _DATASET.value,
    _BUILDER_CONFIG.value,
    _DATA_DIR.value,
    _MANUAL_DIR.value,
    _OVERWRITE.value,
  )
  print(f'{builder.info.full_name} is in {builder.data_dir}')
  for split in builder.info.splits:
    print(describe(builder, split))
  if command := _next_command(builder):
    print(f'next: {command}')


def _next_command(builder: tfds.core.DatasetBuilder) -> str:
  """Returns the command that trains on the dataset, or '' if it has no launch file."""
  launch, config = f'launch/{_DATASET.value}.py', _BUILDER_CONFIG.value
  if _DATASET.value == _EMBEDDED:
    launch, config = 'launch/synthetic.py', builder.info.config_name
  if not pathlib.Path(launch).exists():
    return ''
  fields = {'builder_config': config, 'data_dir': _DATA_DIR.value}
  given = [
    f'--config.dataset.{field}={shlex.quote(value)}'
    for field, value in fields.items()
    if value
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


if __name__ == '__main__':
  command_line.run(main)
