"""Preparing many clips: what is kept, what is refused, what a stop leaves."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes import faces

from stc_jax.data import preparation
from stc_jax.datasets import aligned_clips, preparing
from stc_jax.errors import InputError
from stc_jax.faces import aligned
from stc_jax.faces.aligned import Alignment

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
  given = aligned_clips.Options(alignment=MTCNN, **options)
  return preparation.prepare(
    'clip_folder', '', str(data_dir), str(clips), options=given
  )


def report(folder):
  with open(folder / 'preparation_report.csv', newline='') as file:
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
  assert '7 in a row where --max_gap allows 5' in str(told.value)
  assert '4.png: an empty file' in str(told.value)
  (unfinished,) = (tmp_path / 'data').rglob('unfinished*')
  assert report(unfinished)['awe/carl_1']['action'].startswith('refused: ')
  with pytest.raises(InputError, match='2 of 5'):
    prepare(clips, tmp_path / 'data', max_bad_clips=1)
  builder = prepare(clips, tmp_path / 'data', max_bad_clips=2)
  assert builder.info.splits['data'].num_examples == 3
  assert report(builder.data_path)['joy/anna_1']['action'].startswith('refused: ')


def test_the_same_bytes_however_it_was_made(clips, tmp_path, monkeypatch):
  whole = prepare(clips, tmp_path / 'a', workers=1)
  assert records(prepare(clips, tmp_path / 'b', workers=3)) == records(whole)
  make, made = aligned.aligned_clip, []

  def stops_at_the_third(*args):
    if len(made) == 2:
      raise KeyboardInterrupt
    made.append(args)
    return make(*args)

  monkeypatch.setattr(aligned, 'aligned_clip', stops_at_the_third)
  with pytest.raises(KeyboardInterrupt):
    prepare(clips, tmp_path / 'c', workers=1)
  monkeypatch.setattr(
    aligned, 'aligned_clip', lambda *args: made.append(args) or make(*args)
  )
  assert records(prepare(clips, tmp_path / 'c', workers=2)) == records(whole)
  assert len(made) == 4  # the two that were finished weren't made again


def test_changed_files_are_prepared_again(clips, tmp_path):
  (clip,) = [
    preparing.RawClip('a', 'joy', 'anna', aligned.clips.Recording((path,)))
    for path in [next((clips / 'joy' / 'anna_1').glob('0.png'))]
  ]
  first = preparing.prepare([clip], MTCNN, tmp_path / 'work', workers=1)
  again = preparing.prepare([clip], MTCNN, tmp_path / 'work', workers=1)
  assert (first.frames, again.frames) == (1, 0)
  path = clip.recording.paths[0]
  cv2.imwrite(str(path), cv2.imread(str(path))[:, ::-1])
  other = preparing.prepare([clip], MTCNN, tmp_path / 'work', workers=1)
  assert other.frames == 1
  crops = [preparing.load(result.files['a'])[0] for result in (first, other)]
  assert np.abs(crops[0][:, :, ::-1].astype(int) - crops[1]).mean() < 12
