"""Files that systems and editors add to a database change nothing."""

import codecs

import cv2
import numpy as np
import pytest
from fakes import bp4d, ck_plus, fer2013, mmi, oulu_casia

from stc_jax.datasets.bp4d import bp4d_dataset_builder
from stc_jax.datasets.ck_plus import ck_plus_dataset_builder
from stc_jax.datasets.clip_folder import clip_folder_dataset_builder
from stc_jax.datasets.fer2013 import fer2013_dataset_builder
from stc_jax.datasets.mmi import mmi_dataset_builder
from stc_jax.datasets.oulu_casia import oulu_casia_dataset_builder

FRAMES = np.zeros((3, 16, 16, 3), np.uint8)
CLUTTER = ('Thumbs.db', 'desktop.ini', '.DS_Store', 'Icon\r')


def write_ck_plus(root):
  ck_plus.write_sequence(root, 'S005', '001', FRAMES[..., 0], 'anger')
  ck_plus.write_sequence(root, 'S005', '002', FRAMES[..., 0], None)


def write_oulu_casia(root):
  oulu_casia.write_sequence(root, 'P001', 'Anger', FRAMES)


def write_mmi(root):
  mmi.write_session(root, 7, 'S002-007', FRAMES, 1)


def write_bp4d(root):
  bp4d.write_images(root, 'full', 'F001_T1', FRAMES, 1, 4)
  bp4d.write_coding(root, 'full', 'F001_T1', 1, {1: [0, 1, 1]})


def write_clip_folder(root):
  for clip in ('joy/ann_1', 'awe/bob_1'):
    (root / clip).mkdir(parents=True)
    assert cv2.imwrite(str(root / clip / '1.png'), FRAMES[0])


def write_fer2013(root):
  for number, split in enumerate(('train', 'test')):
    gray = fer2013.picture(number)
    fer2013.write_picture(root, split, 3, f'{number}.png', gray, numbered=True)


DATABASES = {
  bp4d_dataset_builder: write_bp4d,
  ck_plus_dataset_builder: write_ck_plus,
  clip_folder_dataset_builder: write_clip_folder,
  fer2013_dataset_builder: write_fer2013,
  mmi_dataset_builder: write_mmi,
  oulu_casia_dataset_builder: write_oulu_casia,
}


def litter(root):
  """Puts a system's files into every folder, a Mac's copy beside every file."""
  for path in sorted(root.rglob('*')):
    if path.is_file():
      (path.parent / f'._{path.name}').write_bytes(b'\0\5\26\7')
  for folder in [root, *(path for path in root.rglob('*') if path.is_dir())]:
    for name in CLUTTER:
      (folder / name).write_bytes(b'\0')
    (folder / '__MACOSX').mkdir()
    (folder / '__MACOSX' / '0001.png').write_bytes(b'\0')


@pytest.mark.parametrize('kind', DATABASES, ids=lambda kind: kind.__name__[16:])
def test_every_builder_finds_the_same_among_what_systems_leave(kind, tmp_path):
  root = tmp_path / 'raw'
  root.mkdir()
  DATABASES[kind](root)
  builder = kind.Builder(data_dir=tmp_path / 'data', options={})
  clean = builder.find(root)
  assert clean.clips
  litter(root)
  littered = builder.find(root)
  assert [clip.recording for clip in littered.clips] == [
    clip.recording for clip in clean.clips
  ]
  assert [littered.bad, littered.gaps, littered.passed_over] == [
    clean.bad,
    clean.gaps,
    clean.passed_over,
  ]


@pytest.mark.parametrize('mark', ['utf-8', 'utf-8-sig', 'utf-16'])
def test_text_may_have_a_byte_order_mark(tmp_path, mark):
  root = tmp_path / 'raw'
  write_ck_plus(root)
  (label,) = root.rglob('*_emotion.txt')
  label.write_bytes(label.read_text().encode(mark))
  assert label.read_bytes().startswith((codecs.BOM_UTF8, codecs.BOM_UTF16)) == (
    mark != 'utf-8'
  )
  builder = ck_plus_dataset_builder.Builder(data_dir=tmp_path / 'data')
  (clip,) = builder.find(root).clips
  assert clip.label == 'anger'
  write_mmi(root)
  listed = tmp_path / 'sessions.txt'
  listed.write_bytes('7\n'.encode(mark))
  options = {'sessions_file': str(listed)}
  builder = mmi_dataset_builder.Builder(data_dir=tmp_path / 'data', options=options)
  assert len(builder.find(root).clips) == 1
