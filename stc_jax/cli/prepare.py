"""Prepares a dataset for training: `stc-jax prepare --dataset=NAME`.

Prints the folder of the dataset, its contents, and the command that trains on it.
"""

from typing import NoReturn

from absl import flags

from stc_jax import late
from stc_jax.cli import command_line

_DATASET = flags.DEFINE_string(
  'dataset', None, 'The dataset: a folder of datasets/.', required=True
)
_BUILDER_CONFIG = flags.DEFINE_string(
  'builder_config',
  '',
  "One of the dataset's configs; for clip_folder, a name of your own for this folder.",
)
_MANUAL_DIR = flags.DEFINE_string(
  'manual_dir', '', 'The folder of raw files, for a dataset that is made from them.'
)
_DATA_DIR = flags.DEFINE_string(
  'data_dir',
  '',
  'The folder of prepared datasets. Default: TFDS_DATA_DIR or ~/tensorflow_datasets.',
)
_OVERWRITE = flags.DEFINE_bool('overwrite', False, 'Makes the dataset again.')

_ALIGN = flags.DEFINE_enum(
  'align',
  None,
  ['mtcnn', 'none'],
  'How faces are cut out: mtcnn cuts them out by their eyes, none takes whole frames '
  "as faces. Default: the dataset's own way.",
)
_ROLL = flags.DEFINE_enum(
  'roll',
  None,
  ['keep', 'level'],
  'keep preserves the tilt of the head, level makes the eyes horizontal; implies '
  '--align=mtcnn.',
)
_SMOOTH = flags.DEFINE_float(
  'smooth',
  None,
  'Number of frames over which the positions of the eyes are smoothed; implies '
  '--align=mtcnn.',
  lower_bound=0,
)
_MAX_GAP = flags.DEFINE_integer(
  'max_gap',
  None,
  'Largest number of frames in a row without the face. Default: 5; implies '
  '--align=mtcnn.',
  lower_bound=0,
)
_ALLOW_PARTIAL = flags.DEFINE_bool(
  'allow_partial', None, 'Accepts a copy of the database that lacks clips.'
)
_MAX_BAD_CLIPS = flags.DEFINE_integer(
  'max_bad_clips', None, 'Largest number of unusable clips. Default: 0.', lower_bound=0
)
_WORKERS = flags.DEFINE_integer(
  'workers',
  None,
  'Number of clips prepared at a time. Default: one for each core.',
  lower_bound=1,
)
_SESSIONS_FILE = flags.DEFINE_string(
  'sessions_file', None, 'For mmi: a text file that lists the sessions to use.'
)
_TEST_DIR = flags.DEFINE_string(
  'test_dir', None, 'For bp4d: another folder of the same form, for the split test.'
)
_FRAME_OFFSET = flags.DEFINE_integer(
  'frame_offset',
  None,
  'For bp4d: row N of a coding describes image N minus this offset.',
)
_CHOICES = (
  _ALIGN,
  _ROLL,
  _SMOOTH,
  _MAX_GAP,
  _ALLOW_PARTIAL,
  _MAX_BAD_CLIPS,
  _WORKERS,
  _SESSIONS_FILE,
  _TEST_DIR,
  _FRAME_OFFSET,
)


def main() -> None:
  """Prepares the dataset that the flags name, and describes it."""
  late.load('stc_jax.data.command').main(
    _DATASET.value,
    _BUILDER_CONFIG.value,
    _DATA_DIR.value,
    _MANUAL_DIR.value,
    _OVERWRITE.value,
    {flag.name: flag.value for flag in _CHOICES if flag.value is not None},
  )


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main)
