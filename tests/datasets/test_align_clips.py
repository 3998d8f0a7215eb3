"""Preparing many clips: kept clips, refused clips, continuing after a stop."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes import faces

from stc_jax.data import preparation
from stc_jax.datasets.recorded import align_clips
from stc_jax.datasets.recorded.inventory import Inventory, without_repeats
from stc_jax.errors import InputError
from stc_jax.faces import alignment
from stc_jax.faces.alignment import Alignment
from stc_jax.faces.recording import Recording

MTCNN = Alignment(align='mtcnn')


def write_clip(folder, frames):
  folder.mkdir(parents=True)
  for number, frame in enumerate(frames):
    cv2.imwrite(str(folder / f'{number}.png'), frame[..., ::-1])


@pytest.fixture
def clips(tmp_path):
  """Faces that move, one of them hidden for 3 frames, one for most."""
  root = tmp_path / 'clips'
  for number, (label, name) in enumerate(
    [('joy', 'anna_1'), ('joy', 'ben_1'), ('awe', 'anna_2'), ('awe', 'ben_2')]
  ):
    frames = faces.moving_face(9, 180, 240, number, emotion=number)
    if name == 'ben_1':
      frames[3:6] = 0
    write_clip(root / label / name, frames)
  return root


def prepare(clips, data_dir, **options):
  given = {'align': 'mtcnn'} | options
  return preparation.prepare(
    'clip_folder', '', str(data_dir), str(clips), options=given
  )


def report(folder):
  with open(folder / 'preparation_report.csv', encoding='utf-8', newline='') as file:
    return {row['clip']: row for row in csv.DictReader(file)}


def records(builder):
  paths = sorted(builder.data_path.glob('*array_record*'))
  return [path.read_bytes() for path in paths]


def test_missing_faces_are_filled_in_and_reported(clips, tmp_path, capsys):
  builder = prepare(clips, tmp_path / 'data')
  rows = report(builder.data_path)
  assert rows['joy/ben_1']['without_face'] == '3'
  assert rows['joy/ben_1']['action'] == 'kept: eyes of 3 frames interpolated'
  assert rows['joy/anna_1']['action'] == 'kept'
  assert abs(float(rows['joy/anna_1']['eye_distance']) - 0.14 * 180) < 1
  assert (Path(builder.data_dir) / 'contact_sheet.png').stat().st_size > 1000
  assert '1 clips with frames that lacked a face' in capsys.readouterr().out
  assert not list((tmp_path / 'data').rglob('unfinished*'))


def test_a_clip_mostly_without_a_face_is_refused_and_named(clips, tmp_path):
  frames = faces.moving_face(9, 180, 240, 7)
  frames[1:8] = 0
  write_clip(clips / 'awe' / 'carl_1', frames)
  (clips / 'joy' / 'anna_1' / '4.png').write_bytes(b'')
  with pytest.raises(InputError, match='2 of 5 clips cannot be used') as told:
    prepare(clips, tmp_path / 'data')
  assert 'no face in 7 of 9 frames; leave the clip out' in str(told.value)
  assert '4.png: an empty file' in str(told.value)
  (unfinished,) = (tmp_path / 'data').rglob('unfinished*')
  assert report(unfinished)['awe/carl_1']['action'].startswith('refused: ')
  with pytest.raises(InputError, match='2 of 5'):
    prepare(clips, tmp_path / 'data', max_bad_clips=1)
  builder = prepare(clips, tmp_path / 'data', max_bad_clips=2)
  assert builder.info.splits['data'].num_examples == 3
  assert report(builder.data_path)['joy/anna_1']['action'].startswith('refused: ')


def test_a_refusal_is_remembered_and_a_label_of_refused_clips_is_no_class(
  clips, tmp_path, monkeypatch
):
  write_clip(clips / 'calm' / 'dora_1', np.zeros((3, 180, 240, 3), np.uint8))
  make, made = alignment.aligned_clip, []
  monkeypatch.setattr(
    alignment, 'aligned_clip', lambda *args: made.append(args) or make(*args)
  )
  with pytest.raises(InputError, match='1 of 5 clips cannot be used: calm/dora_1'):
    prepare(clips, tmp_path / 'data')
  assert len(made) == 5
  builder = prepare(clips, tmp_path / 'data', max_bad_clips=1)
  assert len(made) == 5
  assert builder.info.features['label'].names == ['awe', 'joy']


def test_the_same_bytes_however_it_was_made(clips, tmp_path, monkeypatch):
  whole = prepare(clips, tmp_path / 'a', workers=1)
  assert records(prepare(clips, tmp_path / 'b', workers=3)) == records(whole)
  make, made = alignment.aligned_clip, []

  def stops_at_the_third(*args):
    if len(made) == 2:
      raise KeyboardInterrupt
    made.append(args)
    return make(*args)

  monkeypatch.setattr(alignment, 'aligned_clip', stops_at_the_third)
  with pytest.raises(KeyboardInterrupt):
    prepare(clips, tmp_path / 'c', workers=1)
  monkeypatch.setattr(
    alignment, 'aligned_clip', lambda *args: made.append(args) or make(*args)
  )
  assert records(prepare(clips, tmp_path / 'c', workers=2)) == records(whole)
  assert len(made) == 4  # the two that were finished weren't made again


def test_another_way_to_cut_does_not_pass_for_the_first(clips, tmp_path):
  prepare(clips, tmp_path / 'data')
  prepare(clips, tmp_path / 'data')
  level = {'roll': 'level'}
  for options in (level, None):
    with pytest.raises(InputError, match='was prepared with --align=mtcnn --roll=keep'):
      preparation.prepare(
        'clip_folder', '', str(tmp_path / 'data'), str(clips), options=options
      )


def test_long_recordings_are_read_twice_with_the_same_result(tmp_path, monkeypatch):
  frames = faces.moving_face(40, 120, 160, 3)
  write_clip(tmp_path / 'clip', frames)
  paths = tuple(sorted((tmp_path / 'clip').iterdir(), key=lambda path: int(path.stem)))
  once = alignment.aligned_clip(Recording(paths), MTCNN, lambda: None)
  monkeypatch.setattr(alignment, 'KEPT_BYTES', 0)
  twice = alignment.aligned_clip(Recording(paths), MTCNN, lambda: None)
  assert once.quality == twice.quality
  assert np.array_equal(once.frames, twice.frames)


def test_faces_missing_at_key_frames_alone_are_missing_there_alone(tmp_path):
  frames = faces.moving_face(13, 120, 160, 3)
  frames[[4, 8]] = 0
  write_clip(tmp_path / 'clip', frames)
  paths = tuple(sorted((tmp_path / 'clip').iterdir(), key=lambda path: int(path.stem)))
  made = alignment.aligned_clip(Recording(paths), MTCNN, lambda: None)
  assert made.quality.without_face == 2


def test_clips_of_one_name_are_told(tmp_path):
  recording = Recording((tmp_path / 'a.png',))
  clip = align_clips.RawClip('a', 'joy', 'anna', recording)
  found = without_repeats(Inventory([clip, clip]))
  assert not found.clips
  assert [key for key, _ in found.bad] == ['a', 'a']
