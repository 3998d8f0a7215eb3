"""The builders of the licensed databases, on copies in the owners' layout."""

import csv
import itertools
import shutil

import numpy as np
import pytest
from fakes import ck_plus, faces, mmi, oulu_casia

from stc_jax.data import preparation, protocols, reading
from stc_jax.data.input import InputConfig
from stc_jax.datasets.ck_plus import ck_plus_dataset_builder
from stc_jax.datasets.mmi import mmi_dataset_builder
from stc_jax.datasets.oulu_casia import oulu_casia_dataset_builder
from stc_jax.errors import InputError


def find(kind, root, tmp_path, config=None, options=None):
  builder = kind.Builder(config=config, data_dir=tmp_path / 'data', options=options)
  return builder.find(root)


def report(builder):
  with open(
    builder.data_path / 'preparation_report.csv', encoding='utf-8', newline=''
  ) as file:
    return {row['clip']: row for row in csv.DictReader(file)}


@pytest.fixture(scope='module')
def whole_ck_plus(tmp_path_factory):
  root = tmp_path_factory.mktemp('ck_plus')
  ck_plus.write_counts(root)
  return root


def prepare(name, root, tmp_path, config='', **options):
  given = {'align': 'none'} | options
  return preparation.prepare(name, config, str(tmp_path), str(root), options=given)


def read(builder):
  size = InputConfig(4, 8, 8, 0.0, 'uniform', 'same', (), ('original',))
  return reading.read(builder, size)


def test_ck_plus_counts(whole_ck_plus, tmp_path):
  six = read(prepare('ck_plus', whole_ck_plus, tmp_path))
  assert np.bincount(six.targets).tolist() == [45, 59, 25, 69, 28, 83]
  assert six.names == (
    'anger',
    'disgust',
    'fear',
    'happiness',
    'sadness',
    'surprise',
  )
  assert len(set(six.subjects)) == 106
  builder = prepare('ck_plus', whole_ck_plus, tmp_path, 'contempt')
  seven = read(builder)
  assert len(seven.targets) == 327
  assert len(seven.names) == 7
  protocol = protocols.ProtocolConfig('folds', 10, 1, 'subject', 0)
  sizes = [len(trial.test) for trial in protocols.trials(seven, protocol)]
  assert tuple(sizes) == ck_plus.FOLD_SIZES
  rows = report(builder)
  assert 'same frames' in rows.pop('')['action']  # they are written once for all
  assert len(rows) == 593
  assert sum(row['action'].startswith('passed over') for row in rows.values()) == 266


def test_a_partial_ck_plus_says_what_is_missing(whole_ck_plus, tmp_path):
  root = tmp_path / 'partial'
  shutil.copytree(whole_ck_plus, root)
  labels = root / 'Emotion_labels' / 'Emotion'
  fear = f'{ck_plus.NUMBERS["fear"]:.7e}'
  label = next(p for p in labels.glob('*/*/*_emotion.txt') if fear in p.read_text())
  sequence = label.parent.relative_to(labels)
  shutil.rmtree(root / 'cohn-kanade-images' / sequence)
  with pytest.raises(InputError, match=f'{sequence} has a label and no images') as told:
    prepare('ck_plus', root, tmp_path)
  assert 'fear: 24 sequences, the whole has 25' in str(told.value)
  builder = prepare('ck_plus', root, tmp_path, allow_partial=True)
  assert builder.info.splits['data'].num_examples == 308


def test_ck_plus_defects(tmp_path):
  root = tmp_path / 'wrapper' / 'CK+'
  gray = np.full((8, 8), 90, np.uint8)
  ck_plus.write_sequence(root, 'S999', '001', [gray] * 4, 'fear')
  ck_plus.write_sequence(root, 'S999', '002', [gray] * 5, 'contempt')
  gone = ck_plus.write_sequence(root, 'S997', '001', [gray] * 6, 'anger')
  next(gone.glob('*_00000003.png')).unlink()
  ck_plus.write_sequence(root, 'S997', '002', [gray] * 4, None)
  ck_plus.states(root, 'S997', '002', 4, 'happy')
  ck_plus.add_defects(root)
  stray = ck_plus.write_sequence(root, 'S996', '001', [gray] * 4, 'anger')
  (stray / 'S996_002_00000004.png').write_bytes(b'of another sequence')
  found = find(ck_plus_dataset_builder, tmp_path, tmp_path)
  assert [clip.key for clip in found.clips] == ['S999_001']
  assert len(found.clips[0].recording.paths) == 4
  assert dict(found.passed_over) == {
    'S121_001': 'no emotion label',
    'S121_002': 'no emotion label',
    'S121_003': 'no emotion label',
    'S999_002': 'contempt',
  }
  bad = dict(found.bad)
  assert '1 of its 6 images are missing' in bad['S997_001']
  assert 'number from 1 to 7' in bad['S997_002']
  assert 'not named like an image of S996_001' in bad['S996_001']


@pytest.mark.parametrize('prefix', ['', 'FirstF_'])
def test_oulu_casia_takes_one_light_in_the_order_of_numbers(tmp_path, prefix):
  root, size = tmp_path / 'raw', (12, 16, 3)
  for subject in ('P001', 'P080'):
    for emotion in oulu_casia.EMOTIONS:
      frames = [np.full(size, 20 * i, np.uint8) for i in range(3)]
      folder = oulu_casia.write_sequence(root, subject, emotion, frames, prefix=prefix)
  next(folder.glob('*001.jpeg')).unlink()
  next((folder.parent / 'Fear').glob('*000.jpeg')).unlink()
  oulu_casia.add_others(root)
  found = find(oulu_casia_dataset_builder, root, tmp_path)
  assert len(found.clips) == 10
  assert found.clips[0].label == 'anger'
  names = [path.name for path in found.clips[0].recording.paths]
  assert names == [f'{prefix}{i:03d}.jpeg' for i in range(3)]
  assert 'VL/Strong' in str(found.clips[0].recording.paths[0])
  assert [key for key, _ in found.bad] == ['P080_Fear', 'P080_Surprise']
  assert all('1 images are missing' in reason for _, reason in found.bad)
  assert len(found.gaps) == 468
  assert found.gaps[0] == 'P002/Anger is missing'
  dark = find(oulu_casia_dataset_builder, root, tmp_path, 'vl_dark')
  assert len(dark.clips) == 1
  with pytest.raises(InputError, match='no folder NI_Acropped/Dark'):
    find(oulu_casia_dataset_builder, root, tmp_path, 'ni_dark_cropped')


def test_oulu_casia_counts_the_frames_of_a_whole_copy(tmp_path, monkeypatch):
  root, module = tmp_path / 'raw', oulu_casia_dataset_builder
  for subject, emotion in itertools.product(module.SUBJECTS, module.FOLDERS):
    folder = root / 'VL' / 'Strong' / subject / emotion
    folder.mkdir(parents=True)
    for number in range(2):
      (folder / f'{number:03d}.jpeg').touch()
  monkeypatch.setattr(module, 'FRAMES', 960)
  assert not find(module, root, tmp_path).gaps
  (folder / '001.jpeg').unlink()
  (gap,) = find(module, root, tmp_path).gaps
  assert gap.startswith('959 images, the whole has 960')


def test_a_database_behind_links_is_found_and_loops_end(tmp_path):
  away, root = tmp_path / 'away', tmp_path / 'raw'
  upright = faces.moving_face(2, 48, 64, number=1)
  mmi.write_session(away, 7, 'S053-001', upright, 2)
  root.mkdir()
  (root / 'mounted').symlink_to(away)
  (root / 'again').symlink_to(away)
  (away / 'back').symlink_to(root)
  (root / 'itself').symlink_to(root / 'itself')
  found = find(mmi_dataset_builder, root, tmp_path)
  assert [clip.key for clip in found.clips] == ['7_S053-001']


def test_a_link_does_not_hide_what_it_leads_to(tmp_path):
  root = tmp_path / 'raw'
  frames = [np.full((12, 16, 3), 20 * i, np.uint8) for i in range(3)]
  folder = oulu_casia.write_sequence(root, 'P001', 'Anger', frames)
  (root / 'A').symlink_to(folder.parent.parent)
  found = find(oulu_casia_dataset_builder, root, tmp_path)
  assert [clip.key for clip in found.clips] == ['P001_Anger']


def test_mmi_shows_every_face_from_the_front(tmp_path):
  root = tmp_path / 'raw'
  upright = faces.moving_face(3, 96, 64, number=1)
  mmi.write_session(root, 11, 'S028-001', mmi.sideways(upright), 1)
  mmi.write_session(root, 12, 'S053-002', upright, 2)
  mmi.write_session(root, 13, 'S002-003', mmi.dual(upright, 'right'), 3, view=2)
  mmi.write_session(root, 14, 'S005-004', mmi.dual(upright, 'left'), 4, view=2)
  mmi.write_session(root, 15, 'S005-005', upright, 5, view=1)
  mmi.write_session(root, 16, 'S028-006', upright, 9)
  mmi.write_session(root, 17, 'S021-007', upright, 6)
  mmi.write_session(root, 18, 'S002-106', upright, 6)
  mmi.write_session(root, 19, 'S060-001', mmi.dual(upright, 'left'), 6, view=2)
  mmi.write_stills(root, 20)
  odd = mmi.write_session(root, 22, 'S030-010', upright, 2, view=3)
  (mmi.write_session(root, 21, 'S030-009', upright, 2) / 'S030-009.xml').write_text(
    '<a'
  )
  found = find(mmi_dataset_builder, root, tmp_path)
  assert [clip.label for clip in found.clips] == [
    'anger',
    'disgust',
    'fear',
    'happiness',
  ]
  assert found.clips[2].subject == 'S002'
  for clip in found.clips:
    assert clip.recording.fps() == 25
    for frame, wanted in zip(clip.recording.frames(), upright, strict=True):
      assert frame.shape == wanted.shape
      assert np.abs(frame.astype(int) - wanted).mean() < 6  # JPEG
  assert dict(found.passed_over) == {
    '15': 'seen from the side',
    '16': 'emotion 9',
    '17': 'seen from the side',
    '18': 'not among the 208 sequences',
    '20': 'still images, no video',
  }
  assert {'19', '21', '22'} == set(dict(found.bad))
  assert f'{odd / "session.xml"}: states no view' in dict(found.bad)['22']
  assert 'anger: 1 sequences, the whole has 33' in found.gaps


def test_mmi_takes_a_list_of_sessions(tmp_path):
  root, listed = tmp_path / 'raw', tmp_path / 'sessions.txt'
  upright = faces.moving_face(2, 48, 64, number=1)
  for number, name in ((5, 'S053-001'), (6, 'S002-106'), (7, 'S054-001')):
    mmi.write_session(root, number, name, upright, 2)
  listed.write_text('6\n7\n99\n')
  options = {'sessions_file': str(listed)}
  found = find(mmi_dataset_builder, root, tmp_path, options=options)
  assert [clip.key for clip in found.clips] == ['6_S002-106', '7_S054-001']
  assert found.gaps == ['session 99 is missing']
  mmi.write_session(root, 99, 'S030-099', upright, 9)
  mmi.write_session(root, 8, 'S021-007', upright, 2)
  listed.write_text('6\n7\n8\n99\n')
  found = find(mmi_dataset_builder, root, tmp_path, options=options)
  assert found.gaps == []
  assert found.bad == [('8', 'seen from the side'), ('99', 'emotion 9')]
  for text in ('', 'six'):
    listed.write_text(text)
    with pytest.raises(InputError, match=r'sessions\.txt: should hold numbers'):
      find(mmi_dataset_builder, root, tmp_path, options=options)
