"""From a licensed database's own layout to the result of a run."""

import json

import numpy as np
import pytest
import small_run
from command import fails, succeeds
from fakes import ck_plus, faces, mmi, oulu_casia

SUBJECTS = 3


def write_ck_plus(root):
  names = ('anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise')
  for number in range(SUBJECTS):
    for sequence, label in enumerate(names, 1):
      frames = faces.moving_face(4, 490, 640, number, sequence)
      gray = [frame.mean(axis=-1).astype(np.uint8) for frame in frames]
      subject = f'S{997 + number:03d}'
      ck_plus.write_sequence(root, subject, f'{sequence:03d}', gray, label)
  ck_plus.write_sequence(root, 'S999', '007', gray, 'contempt')
  ck_plus.add_defects(root)


def write_oulu_casia(root):
  for number in range(SUBJECTS):
    for i, emotion in enumerate(oulu_casia.EMOTIONS, 1):
      frames = faces.moving_face(4, 240, 320, number, i)
      oulu_casia.write_sequence(root, f'P{number + 1:03d}', emotion, frames)
  oulu_casia.add_others(root)


def write_mmi(root):
  for number, subject in enumerate(('S028', 'S053', 'S002')):
    for emotion in range(1, 7):
      frames = faces.moving_face(5, 576, 360, number, emotion)
      view = 0
      if subject == 'S028':
        frames = mmi.sideways(frames)
      elif subject == 'S002':
        frames, view = mmi.dual(frames, 'right'), 2
      session = 10 * number + emotion
      mmi.write_session(
        root, session, f'{subject}-{session:03d}', frames, emotion, view
      )
  mmi.write_stills(root, 99)


WRITE = {'ck_plus': write_ck_plus, 'oulu_casia': write_oulu_casia, 'mmi': write_mmi}


@pytest.mark.slow
@pytest.mark.parametrize('name', WRITE)
def test_from_the_owners_files_to_a_result(name, tmp_path, environment):
  raw, data, workdir = (tmp_path / folder for folder in ('raw', 'data', 'run'))
  WRITE[name](raw)
  prepare = (
    'stc_jax.prepare',
    f'--dataset={name}',
    f'--manual_dir={raw}',
    f'--data_dir={data}',
  )
  fails(*prepare, naming=('not the whole database', '--allow_partial'), env=environment)
  said = succeeds(*prepare, '--allow_partial', env=environment)
  assert f'data: {6 * SUBJECTS} clips, {SUBJECTS} subjects, 6 classes' in said
  assert 'a second' in said
  command = small_run.command(data, workdir, training__stages='((4, 0.001),)')
  command[1] = f'--config=launch/{name}.py'
  succeeds(*command, env=environment)
  summary = json.loads((workdir / 'summary.json').read_text())
  assert np.sum(summary['confusion']) == 6 * SUBJECTS * summary['trials'] / 2
