"""Shards of a set: their cuts and bytes, kills, torn journals, refused clips."""

import os
import pathlib
import re
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest

from stc_jax.data import preparation
from stc_jax.datasets.clip_folder.clip_folder_dataset_builder import Builder
from stc_jax.datasets.recorded.work_folder import WorkFolder
from stc_jax.errors import InputError
from stc_jax.faces import alignment


def write_clip(root, number, frames=3):
  folder = root / ('joy', 'awe')[number % 2] / f's{number % 5}_{number}'
  folder.mkdir(parents=True)
  image = np.full((16, 16, 3), number, np.uint8)
  assert cv2.imwrite(str(folder / '0.png'), image)
  for i in range(1, frames):
    os.link(folder / '0.png', folder / f'{i}.png')
  return folder


@pytest.fixture
def clips(tmp_path):
  for number in range(11):
    write_clip(tmp_path / 'clips', number)
  return tmp_path / 'clips'


@pytest.fixture
def small_shards(monkeypatch):
  monkeypatch.setattr(Builder, 'clips_per_shard', 4)


@pytest.fixture
def aligned(monkeypatch):
  """The clips that are aligned, by the folder's name; an interrupt after `most`."""
  make, seen = alignment.aligned_clip, Seen()

  def watched(recording, *args):
    if len(seen.names) == seen.most:
      raise KeyboardInterrupt
    seen.names.append(recording.paths[0].parent.name)
    return make(recording, *args)

  monkeypatch.setattr(alignment, 'aligned_clip', watched)
  return seen


class Seen:
  def __init__(self):
    self.names, self.most = [], -1


def prepare(clips, data_dir, **options):
  return preparation.prepare(
    'clip_folder', '', str(data_dir), str(clips), options=options
  )


def interrupted(seen, after, clips, data_dir):
  """Prepares with one thread, interrupted after so many clips; the work folder."""
  seen.names, seen.most = [], after
  with pytest.raises(KeyboardInterrupt):
    prepare(clips, data_dir, workers=1)
  seen.most, seen.names = -1, []
  (work,) = data_dir.rglob('unfinished*')
  return work


def content(builder):
  names = sorted(path.name for path in builder.data_path.iterdir() if path.is_file())
  return {name: (builder.data_path / name).read_bytes() for name in names}


def test_shards_are_read_in_one_order_wherever_they_are_cut(
  clips, tmp_path, small_shards, monkeypatch
):
  several = prepare(clips, tmp_path / 'several', workers=4)
  split = several.info.splits['data']
  assert split.shard_lengths == [4, 4, 3]
  assert [path.name for path in split.filepaths] == [
    f'clip_folder-data.array_record-0000{i}-of-00003' for i in range(3)
  ]
  monkeypatch.setattr(Builder, 'clips_per_shard', 100)
  one = prepare(clips, tmp_path / 'one')
  assert one.info.splits['data'].shard_lengths == [11]
  assert one.info.splits['data'].num_bytes == split.num_bytes
  found, expected = several.as_data_source('data'), one.as_data_source('data')
  for number in (10, 0, 4, 3, 7, 8, 1, 2, 5, 6, 9):
    assert found[number]['clip'] == expected[number]['clip']
    value = int(found[number]['clip'].decode().rpartition('_')[2])
    assert (found[number]['frames'] == value).all()
  keys = [example['clip'].decode() for example in expected]
  assert len(set(keys)) == 11
  assert keys != sorted(keys)  # a slice is a sample


def test_a_set_is_loaded_as_build_md_says(clips, tmp_path, small_shards):
  builder = prepare(clips, tmp_path / 'data')
  text = pathlib.Path('BUILD.md').read_text(encoding='utf-8')
  (code,) = re.findall('```python\n(import tensorflow_datasets.*?)```', text, re.DOTALL)
  names = {'path': builder.data_path, 'data_dir': tmp_path / 'data'}
  exec(code, names)
  assert (len(names['clips']), len(names['tenth'])) == (11, 1)
  for one, other in zip(names['clips'], names['same'], strict=True):
    assert one['clip'] == other['clip']
  assert names['last'].shape == (3, 64, 64, 3)


def test_the_number_of_threads_changes_no_byte(clips, tmp_path, small_shards):
  one = content(prepare(clips, tmp_path / 'one', workers=1))
  assert content(prepare(clips, tmp_path / 'four', workers=4)) == one


def test_an_interrupted_preparation_continues_within_a_shard(
  clips, tmp_path, small_shards, aligned
):
  whole = content(prepare(clips, tmp_path / 'whole'))
  work = interrupted(aligned, 6, clips, tmp_path / 'data')
  assert len(list(work.glob('*.array_record'))) == 1
  assert content(prepare(clips, tmp_path / 'data', workers=3)) == whole
  assert len(aligned.names) == 5
  assert not work.exists()


@pytest.mark.parametrize('harm', ['cut', 'overwritten'])
def test_a_torn_record_of_a_journal_is_made_again(
  clips, tmp_path, small_shards, aligned, harm
):
  whole = content(prepare(clips, tmp_path / 'whole'))
  work = interrupted(aligned, 3, clips, tmp_path / 'data')
  (journal,) = work.glob('*.journal')
  data = journal.read_bytes()
  torn = data[:-5] if harm == 'cut' else data[:-5] + bytes(5)
  journal.write_bytes(torn)
  assert len(WorkFolder(work).kept()) == 2
  assert content(prepare(clips, tmp_path / 'data')) == whole
  assert len(aligned.names) == 9


def test_a_shard_that_was_cut_is_made_again(clips, tmp_path, small_shards, aligned):
  whole = content(prepare(clips, tmp_path / 'whole'))
  work = interrupted(aligned, 9, clips, tmp_path / 'data')
  shard, _ = sorted(work.glob('*.array_record'))
  shard.write_bytes(shard.read_bytes()[:-1])
  assert content(prepare(clips, tmp_path / 'data')) == whole
  assert len(aligned.names) == 11 - 9 + 4


def test_other_clips_move_the_cuts_and_are_not_aligned_again(
  clips, tmp_path, small_shards, aligned
):
  work = interrupted(aligned, 9, clips, tmp_path / 'data')
  kept = len(WorkFolder(work).kept())
  (clips / 'aaa').mkdir()  # a label before all others
  write_clip(clips.parent / 'other', 12).rename(clips / 'aaa' / 's9_12')
  made = content(prepare(clips, tmp_path / 'data'))
  assert len(aligned.names) == 12 - kept
  assert made == content(prepare(clips, tmp_path / 'whole'))


def test_refused_clips_leave_no_trace_in_the_shards(
  clips, tmp_path, small_shards, aligned
):
  whole = prepare(clips, tmp_path / 'whole')
  order = [e['clip'].decode() for e in whole.as_data_source('data')]
  bad = [*order[4:8], order[9]]  # a whole shard and a part of another
  for key in bad:
    (clips / key / '1.png').unlink()
    (clips / key / '1.png').write_bytes(b'')
  aligned.names = []
  with pytest.raises(InputError, match=r'5 of 11 clips .*--max_bad_clips=5'):
    prepare(clips, tmp_path / 'data')
  assert len(aligned.names) == 11
  aligned.names = []
  builder = prepare(clips, tmp_path / 'data', max_bad_clips=5)
  assert sorted(aligned.names) == sorted(key.partition('/')[2] for key in bad)
  assert builder.info.splits['data'].shard_lengths == [4, 2]
  found = [e['clip'].decode() for e in builder.as_data_source('data')]
  assert found == [key for key in order if key not in bad]


@pytest.mark.slow
def test_a_killed_preparation_leaves_the_bytes_of_an_undisturbed_one(tmp_path):
  clips, data = tmp_path / 'clips', tmp_path / 'data'
  for number in range(40):
    write_clip(clips, number, frames=150)
  flags = (f'--manual_dir={clips}', f'--data_dir={data}', '--workers=1')
  command = [sys.executable, '-m', 'stc_jax.prepare', '--dataset=clip_folder', *flags]
  with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
      if sum(path.stat().st_size for path in data.rglob('*.journal')) > 2**24:
        break
      time.sleep(0.001)
    process.kill()
  (work,) = data.rglob('unfinished*')
  kept = WorkFolder(work).kept()
  assert 5 < len(kept) < 40
  done = subprocess.run(command, check=True, capture_output=True, text=True)
  frames = int(re.search(r'(\d+) frames in', done.stdout)[1])
  assert frames == 150 * (40 - len(kept))
  whole = content(prepare(clips, tmp_path / 'whole'))
  made = data / 'clip_folder' / 'default' / '1.1.0'
  assert {name: (made / name).read_bytes() for name in whole} == whole
  left = {path.name for path in made.parent.iterdir()} - {'.lock'}
  assert left == {'1.1.0'}
