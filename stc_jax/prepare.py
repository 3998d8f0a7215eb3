"""Prepares a dataset for training: `python -m stc_jax.prepare --dataset=NAME`.

Says where the dataset lies, what is in it, and the command to type next.
"""

import importlib

from absl import flags

from stc_jax.console import command_line

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
  ['mtcnn', 'none'],
  'Cuts faces out by their eyes (mtcnn), or takes frames for faces (none); the '
  "dataset's own way if not given.",
)
_ROLL = flags.DEFINE_enum(
  'roll',
  None,
  ['keep', 'level'],
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
_TEST_DIR = flags.DEFINE_string(
  'test_dir', None, 'For bp4d: a further folder of the same form, for split test.'
)
_FRAME_OFFSET = flags.DEFINE_integer(
  'frame_offset', None, 'For bp4d: row N of a coding is about image N - this.'
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
  command = importlib.import_module('stc_jax.data.command')  # seconds, not for --help
  command.main(
    _DATASET.value,
    _BUILDER_CONFIG.value,
    _DATA_DIR.value,
    _MANUAL_DIR.value,
    _OVERWRITE.value,
    {flag.name: flag.value for flag in _CHOICES if flag.value is not None},
  )


if __name__ == '__main__':
  command_line.run(main)
