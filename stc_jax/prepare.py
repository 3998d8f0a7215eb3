"""Prepares a dataset for training: `python -m stc_jax.prepare --dataset=NAME`.

Says where the dataset lies, what is in it, and the command to type next.
"""

import collections
import pathlib
import shlex

import tensorflow_datasets as tfds
from absl import flags

from stc_jax.console import command_line, compilation
from stc_jax.data import preparation
from stc_jax.datasets.recorded.aligned_clips import Options
from stc_jax.errors import InputError
from stc_jax.faces import align, aligned

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

_ALIGN = flags.DEFINE_enum(
  'align',
  None,
  aligned.ALIGNS,
  'Cuts faces out by their eyes (mtcnn), or takes frames for faces (none); the '
  "dataset's own way if not given.",
)
_ROLL = flags.DEFINE_enum(
  'roll',
  None,
  align.ROLLS,
  'Keeps the tilt of the head, or levels the eyes; implies --align=mtcnn.',
)
_SMOOTH = flags.DEFINE_float(
  'smooth',
  None,
  'Smooths the eyes over about so many frames; implies --align=mtcnn.',
  lower_bound=0,
)
_MAX_GAP = flags.DEFINE_integer(
  'max_gap',
  None,
  'Most frames in a row that may lack the face, 5; implies --align=mtcnn.',
  lower_bound=0,
)
_ALLOW_PARTIAL = flags.DEFINE_bool(
  'allow_partial', None, 'Takes a copy of the database that lacks clips.'
)
_MAX_BAD_CLIPS = flags.DEFINE_integer(
  'max_bad_clips', None, 'Most clips that may be unusable; 0.', lower_bound=0
)
_WORKERS = flags.DEFINE_integer(
  'workers', None, 'Clips worked on at a time; one a core.', lower_bound=1
)
_SESSIONS_FILE = flags.DEFINE_string(
  'sessions_file', None, 'For mmi: a text file with the sessions to take.'
)

_EMBEDDED = 'synthetic_faces'  # its launch files choose among its configs


def main() -> None:
  """Prepares the dataset that the flags name, and describes it."""
  compilation.keep_programs()
  builder = preparation.prepare(
    _DATASET.value,
    _BUILDER_CONFIG.value,
    _DATA_DIR.value,
    _MANUAL_DIR.value,
    _OVERWRITE.value,
    _options(),
  )
  print(f'{builder.info.full_name} is in {builder.data_dir}')
  for split in builder.info.splits:
    print(describe(builder, split))
  if command := _next_command(builder):
    print(f'next: {command}')


def _options() -> Options | None:
  """What the flags ask for; None if they leave everything to the dataset.

  Raises:
    InputError: a flag that the dataset has no use for.
  """
  if _SESSIONS_FILE.value is not None and _DATASET.value != 'mmi':
    raise InputError(f'--sessions_file: {_DATASET.value} has no sessions; mmi has')
  cut = {'roll': _ROLL, 'smooth': _SMOOTH, 'max_gap': _MAX_GAP}
  cut = {name: flag.value for name, flag in cut.items() if flag.value is not None}
  if cut and _ALIGN.value == 'none':
    raise InputError(f'--{next(iter(cut))}: only goes with --align=mtcnn')
  others = {
    'allow_partial': _ALLOW_PARTIAL,
    'max_bad_clips': _MAX_BAD_CLIPS,
    'workers': _WORKERS,
    'sessions_file': _SESSIONS_FILE,
  }
  others = {name: flag.value for name, flag in others.items() if flag.value is not None}
  method = _ALIGN.value or ('mtcnn' if cut else None)
  alignment = aligned.Alignment(method, **cut) if method else None
  return Options(alignment, **others) if alignment or others else None


def _next_command(builder: tfds.core.DatasetBuilder) -> str:
  """Returns the command that trains on the dataset, or '' if it has no launch file."""
  launch, config = f'launch/{_DATASET.value}.py', _BUILDER_CONFIG.value
  if _DATASET.value == _EMBEDDED:
    launch, config = 'launch/synthetic.py', builder.info.config_name
  if not pathlib.Path(launch).exists():
    return ''
  fields = {
    'dataset.builder_config': config,
    'execution.data_dir': _DATA_DIR.value,
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


if __name__ == '__main__':
  command_line.run(main)
