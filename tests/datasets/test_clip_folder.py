"""A folder of clips becomes a dataset with exactly these clips."""

import math
import shutil

import cv2
import numpy as np
import pytest
import tensorflow_datasets as tfds

from stc_jax.data import catalogue, preparation
from stc_jax.datasets.clip_folder import folder_clips
from stc_jax.datasets.clip_folder.clip_folder_dataset_builder import (
  Builder,
  ClipFolderConfig,
)
from stc_jax.errors import InputError
from stc_jax.faces import videos


def level(value, shape=(64, 64, 3)):
  return np.full(shape, value, np.uint8)


def write(path, image):
  path.parent.mkdir(parents=True, exist_ok=True)
  assert cv2.imwrite(str(path), image[..., ::-1] if image.ndim == 3 else image)


@pytest.fixture
def folder(tmp_path):
  """Has `anna_01` as a folder of gray images, `anna_02` loose, `ben_x` as a video."""
  root = tmp_path / 'my_clips'
  for frame in (1, 2, 10):
    write(root / 'joy' / 'anna_01' / f'f{frame}.png', level(20 * frame, (48, 48)))
  for frame in (9, 10):
    write(root / 'joy' / f'anna_02_{frame}.PNG', level((0, 0, 20 * frame)))
  (root / 'awe').mkdir()
  fourcc = cv2.VideoWriter_fourcc(*'FFV1')
  writer = cv2.VideoWriter(str(root / 'awe' / 'ben_x.avi'), fourcc, 12.5, (80, 60))
  for frame in np.random.default_rng(0).integers(0, 255, (4, 60, 80, 3), np.uint8):
    writer.write(frame)
  writer.release()
  (root / 'awe' / 'ben_x.avi').rename(root / 'awe' / 'ben_x.AVI')
  (root / '.DS_Store').write_text('hidden')
  (root / 'joy' / 'anna_01' / '.DS_Store').write_text('hidden')
  return root


def test_three_forms_read_back_as_written(folder, tmp_path):
  data_dir = str(tmp_path / 'data')
  preparation.prepare('clip_folder', data_dir=data_dir, manual_dir=str(folder))
  video, _ = videos.read_video(folder / 'awe' / 'ben_x.AVI', size=64)
  shutil.rmtree(folder)

  builder = catalogue.prepared_builder('clip_folder', data_dir=data_dir)
  assert list(builder.info.splits) == ['data']
  assert builder.info.features['label'].names == ['awe', 'joy']
  read = {e['clip'].decode(): e for e in builder.as_data_source('data')}
  assert sorted(read) == ['awe/ben_x', 'joy/anna_01', 'joy/anna_02']

  anna = read['joy/anna_01']
  gray = np.stack([level(20), level(40), level(200)])  # 2 before 10
  np.testing.assert_array_equal(anna['frames'], gray)
  assert anna['frames'].dtype == np.uint8
  assert (anna['label'], anna['subject'], anna['fps']) == (1, b'anna', 25)
  blue = np.stack([level((0, 0, 180)), level((0, 0, 200))])
  np.testing.assert_array_equal(read['joy/anna_02']['frames'], blue)
  ben = read['awe/ben_x']
  np.testing.assert_array_equal(ben['frames'], video)
  assert (ben['label'], ben['subject'], ben['fps']) == (0, b'ben', 12.5)
  assert builder.info.features['fps'].np_dtype == np.float32


def test_folders_under_two_names_stay_apart(folder, tmp_path):
  data_dir, other = str(tmp_path / 'data'), tmp_path / 'other'
  write(other / 'only' / 's_1' / '0.png', level(7))
  preparation.prepare('clip_folder', '', data_dir, str(folder))
  preparation.prepare('clip_folder', 'study-2', data_dir, str(other))
  first = catalogue.prepared_builder('clip_folder', '', data_dir)
  second = catalogue.prepared_builder('clip_folder', 'study-2', data_dir)
  assert first.info.features['label'].names == ['awe', 'joy']
  assert second.info.features['label'].names == ['only']
  (single,) = second.as_data_source('data')
  np.testing.assert_array_equal(single['frames'], level(7)[None])


def test_frame_rate_of_images_is_a_config_field(folder, tmp_path):
  config = ClipFolderConfig(name='fast', image_fps=100.0)
  builder = Builder(config=config, data_dir=tmp_path / 'data')
  builder.download_and_prepare(
    file_format='array_record',
    download_config=tfds.download.DownloadConfig(manual_dir=folder),
  )
  builder = catalogue.prepared_builder('clip_folder', 'fast', str(tmp_path / 'data'))
  rates = {e['clip']: float(e['fps']) for e in builder.as_data_source('data')}
  assert rates == {b'joy/anna_01': 100, b'joy/anna_02': 100, b'awe/ben_x': 12.5}


@pytest.mark.parametrize('rate', [0.0, -1.0, math.nan, math.inf])
def test_an_impossible_frame_rate_of_images_is_refused(folder, tmp_path, rate):
  options = {'image_fps': rate}
  with pytest.raises(InputError, match=r'--image_fps=\S+: must lie in 0\.001\.\.10000'):
    preparation.prepare('clip_folder', '', str(tmp_path), str(folder), options=options)


def test_the_frame_rate_of_images_is_an_option(folder, tmp_path):
  options = {'image_fps': 30.0}
  builder = preparation.prepare(
    'clip_folder', '', str(tmp_path / 'data'), str(folder), options=options
  )
  rates = {e['clip']: float(e['fps']) for e in builder.as_data_source('data')}
  assert rates[b'joy/anna_01'] == 30
  assert builder.info.metadata['recipe'] == {'align': 'none', 'image_fps': '30'}
  with pytest.raises(InputError, match=r'prepared with --align=none --image_fps=30'):
    preparation.prepare('clip_folder', '', str(tmp_path / 'data'), str(folder))


def test_subject_is_what_precedes_the_first_underscore(tmp_path):
  write(tmp_path / 'joy' / 'anna_day2_01' / '1.png', level(0))
  write(tmp_path / 'joy' / 'ben_day2_01_007.jpg', level(0))
  found = {clip.key: clip.subject for clip in folder_clips.find_clips(tmp_path)}
  assert found == {'joy/anna_day2_01': 'anna', 'joy/ben_day2_01': 'ben'}


def test_every_stray_thing_is_found(folder):
  """One at a time, each beside clips that are fine."""
  folder_clips.find_clips(folder)
  strays = {
    'notes.txt': 'notes.txt is not a label folder',
    'joy/notes.txt': 'joy/notes.txt is neither image nor video',
    'joy/anna_01/notes.txt': 'joy/anna_01/notes.txt is no image',
    'joy/carl/1.png': 'joy/carl is not named <subject>_<clip>',
    'joy/_9/1.png': 'joy/_9 is not named <subject>_<clip>',
    'joy/carl.mp4': 'joy/carl.mp4 is not named <subject>_<clip>',
    'joy/carl_1.png': 'joy/carl_1.png is not named <subject>_<clip>_<frame>',
    'joy/1.png': 'joy/1.png is not named <subject>_<clip>_<frame>',
    'joy/anna_01.mp4': 'joy/anna_01 is there twice',
    'joy/anna_01/f1.jpg': 'joy/anna_01 has frame f1 in 2 files',
    'joy/anna_02_9.jpg': 'joy/anna_02 has frame anna_02_9 in 2 files',
    'joy/dora_1/': 'the clip folder joy/dora_1 is empty',
    'joy/anna_01/more/': 'joy/anna_01/more is no image',
    'fear/': 'the label folder fear holds no clips',
    'fear /e_1/1.png': "the label name 'fear ' has unprintable",
  }
  for stray, words in strays.items():
    path = folder / stray
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir() if stray.endswith('/') else path.write_bytes(b'x')
    with pytest.raises(InputError) as caught:
      folder_clips.find_clips(folder)
    assert words in str(caught.value)
    assert ';' not in str(caught.value).split('; put right')[0]
    path.rmdir() if stray.endswith('/') else path.unlink()
    while path.parent not in (folder, folder / 'joy', folder / 'joy' / 'anna_01'):
      path = path.parent
      path.rmdir()
  folder_clips.find_clips(folder)


def test_what_looks_like_a_mistake_is_named(tmp_path, capsys):
  root, data_dir = tmp_path / 'clips', str(tmp_path / 'data')
  for clip, value in {
    'joy/ann_1': 10,
    'awe/ann_2': 10,  # the same frames under two labels
    'awe/Ann_3': 30,
    'awe/ bob_1': 40,
    'joy/bob_1': 50,
    'joy/bob_2': 50,  # twice, but under one label
  }.items():
    write(root / clip / '1.png', level(value))
  preparation.prepare('clip_folder', '', data_dir, str(root))
  (warning,) = [
    line for line in capsys.readouterr().out.splitlines() if 'warning' in line
  ]
  for doubt in (
    'awe/ann_2; joy/ann_1 show the same frames under different labels',
    "subjects 'Ann', 'ann' differ only in case or blanks",
    "subjects ' bob', 'bob' differ only in case or blanks",
  ):
    assert doubt in warning
  (report,) = (tmp_path / 'data').rglob('preparation_report.csv')
  assert report.read_text().count('warning: ') == 3


def test_many_strays_are_one_line(folder):
  for i in range(5):
    (folder / f'note{i}.txt').write_text('x')
  with pytest.raises(
    InputError, match=r'note2\.txt is not .*; and 2 more; put'
  ) as caught:
    folder_clips.find_clips(folder)
  assert '\n' not in str(caught.value)
