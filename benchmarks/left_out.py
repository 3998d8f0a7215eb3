"""Leaves out one of three generated databases that differ in all that sets differ in.

    python -m benchmarks.left_out --out=runs/left_out

Three laboratories are written as folders of clips, each of other people, with other
names of classes, another rate and another size of frames; one has five classes. Each is
tested by a model of the two others (`protocol.kind='databases'`). What is finished is
kept, so the same command continues after a stop.
"""

import pathlib
import subprocess
import sys
from typing import NamedTuple

import cv2
from absl import flags

from benchmarks import laboratory_cells as cells
from stc_jax import files
from stc_jax.cli import command_line
from stc_jax.data import catalogue
from stc_jax.errors import InputError

_OUT = flags.DEFINE_string('out', None, 'A folder for clips and run.', required=True)
_STEPS = flags.DEFINE_integer('steps', 10000, 'Of training; the last fifth is slow.')
_SIZE = flags.DEFINE_integer('size', 48, 'Of frames; smaller ones are for screening.')
_SEED = flags.DEFINE_integer('seed', 0, 'Of training.')


class _Database(NamedTuple):
  """How a laboratory is written as a database.

  Attributes:
    labels: other names of classes; a class without a name is left out.
    side: of the frames, pixels.
    every: each so many frames one is kept, and the rate is so much lower.
  """

  labels: dict[str, str]
  side: int
  every: int


DATABASES = {
  'studio': _Database({}, 64, 1),
  'webcam': _Database({'happiness': 'happy', 'sadness': 'sad', 'disgust': ''}, 96, 2),
  'phone': _Database({'surprise': 'surprised', 'fear': 'afraid'}, 48, 1),
}
CLASSES = (
  ('happy', 'happiness'),
  ('sad', 'sadness'),
  ('surprised', 'surprise'),
  ('afraid', 'fear'),
)


def main() -> None:
  """Prepares the three sets, and trains and tests the run.

  Raises:
    InputError: a command failed; its own line says why.
  """
  out = pathlib.Path(_OUT.value)
  for name, database in DATABASES.items():
    _prepare(name, database, out / 'clips' / name)
  low = _STEPS.value // 5
  fields = {
    'dataset.name': '',
    'dataset.builder_config': '',
    'dataset.names': tuple(f'clip_folder/{name}' for name in DATABASES),
    'dataset.classes': CLASSES,
    'dataset.balanced': True,
    'protocol.kind': 'databases',
    'protocol.repeats': 1,
    'protocol.seed': _SEED.value,
    'input.height': _SIZE.value,
    'input.width': _SIZE.value,
    'training.stages': ((_STEPS.value - low, 0.0004), (low, 0.00004)),
  }
  run = out / f'{_STEPS.value}-{_SIZE.value}' / str(_SEED.value)
  given = (f'--config.{name}={value}' for name, value in fields.items())
  _run('train', '--config=launch/synthetic.py', f'--workdir={run}', *given)
  _run('report', f'--workdir={run}', f'--out={run / "report"}')
  print((run / 'report' / 'tables' / 'databases.md').read_text('utf-8'))


def _prepare(name: str, database: _Database, folder: pathlib.Path) -> None:
  """Writes a laboratory's clips as a folder, and prepares it, unless that is done."""
  if catalogue.is_prepared('clip_folder', name):
    return
  rates = {clip.fps / database.every for clip, _ in cells.clips(name)}
  if not folder.exists():
    with files.whole_folder(folder) as part:
      for number, (clip, label) in enumerate(cells.clips(name)):
        if label := database.labels.get(label, label):
          _write(part / label / f'{clip.subject}_{number}', clip.frames, database)
  _run(
    *('prepare', '--dataset=clip_folder', f'--builder_config={name}'),
    *(f'--manual_dir={folder}', f'--image_fps={rates.pop():g}'),
  )


def _write(where: pathlib.Path, frames, database: _Database) -> None:
  where.mkdir(parents=True)
  for number, frame in enumerate(frames[:: database.every]):
    size = (database.side, database.side)
    picture = cv2.resize(frame[..., ::-1], size, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(where / f'{number:03d}.png'), picture)


def _run(*argv: str) -> None:
  if subprocess.run([sys.executable, '-m', 'stc_jax', *argv]).returncode:
    raise InputError(f'{" ".join(argv)}: failed')


if __name__ == '__main__':
  command_line.run(main)
