"""Files and folders are written whole, also by several writers at once."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from stc_jax import files

LETTERS = 'ab'
OLD = 90_000  # seconds


def write_file(path, letter):
  files.write(path, letter * 2_000_000)


def write_folder(path, letter):
  with files.whole_folder(path) as part:
    for name in 'xyz':
      (part / name).write_text(letter)


def both(write, path):
  """Two writers of one place, each many times."""

  def repeat(letter):
    for _ in range(20):
      write(path, letter)

  with ThreadPoolExecutor(len(LETTERS)) as pool:
    list(pool.map(repeat, LETTERS))  # raises what a writer raised


def test_two_may_write_one_file_and_leave_nothing_else(tmp_path):
  path = tmp_path / ('n' * 250)
  both(write_file, path)
  assert path.read_text() in [letter * 2_000_000 for letter in LETTERS]
  assert list(tmp_path.iterdir()) == [path]


def test_two_may_write_one_folder_and_leave_nothing_else(tmp_path):
  path = tmp_path / 'folder'
  both(write_folder, path)
  said = [(path / name).read_text() for name in 'xyz']
  assert said in [[letter] * 3 for letter in LETTERS]
  assert list(tmp_path.iterdir()) == [path]


def test_two_writers_have_parts_of_their_own(tmp_path):
  path, open_ = tmp_path / 'file', threading.Barrier(2)

  def write(letter):
    with files.whole_file(path) as part:
      part.write_text(letter)
      open_.wait(30)  # both parts are there
      return part, part.read_text()

  with ThreadPoolExecutor(2) as pool:
    (one, said), (other, also) = pool.map(write, LETTERS)
  assert one != other
  assert (said, also) == tuple(LETTERS)
  assert path.read_text() in LETTERS


@pytest.mark.parametrize('is_folder', [False, True])
def test_what_a_killed_writer_left_goes_with_the_next_write(tmp_path, is_folder):
  left = [tmp_path / f'.file.{word}.part' for word in ('0123abcd', '4567abcd')]
  for part in left:
    part.mkdir() if is_folder else part.write_text('of a killed writer')
  os.utime(left[0], (time.time() - OLD,) * 2)
  files.write(tmp_path / 'file', 'new')
  assert not left[0].exists()
  assert left[1].exists()  # another may write it now
  files.remove_parts(tmp_path)
  assert [path.name for path in tmp_path.iterdir()] == ['file']


def test_a_folder_in_the_way_of_a_file_stays(tmp_path):
  (tmp_path / 'folder').mkdir()
  with pytest.raises(IsADirectoryError) as said:
    files.write(tmp_path / 'folder', '')
  assert said.value.filename == str(tmp_path / 'folder')
  assert [path.name for path in tmp_path.iterdir()] == ['folder']
