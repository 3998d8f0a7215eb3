"""How long visitors' files are kept."""

import os
import time

import pytest

from stc_jax.errors import InputError
from stc_jax.web.uploads import Uploads

HOUR = 3600


def put(folder, name, age):
  path = folder / name / 'video.mp4'
  path.parent.mkdir()
  path.write_bytes(b'x')
  os.utime(path, times=(time.time() - age,) * 2)
  return path


def test_an_hour_is_counted_from_the_last_use(tmp_path):
  uploads = Uploads(tmp_path)
  old, new = put(tmp_path, 'old', 1.1 * HOUR), put(tmp_path, 'new', 0.9 * HOUR)
  used, waiting = put(tmp_path, 'used', 2 * HOUR), put(tmp_path, 'waiting', 2 * HOUR)
  with uploads.used(waiting):
    with uploads.used(used), uploads.used(waiting):  # two visitors sent the same
      uploads.sweep()
      assert not old.exists()
      os.utime(waiting, times=(0, 0))
    uploads.sweep()
    os.utime(waiting, times=(0, 0))
    uploads.sweep()
  uploads.sweep()  # both were used just now
  assert new.exists()
  assert used.exists()
  assert waiting.exists()
  os.utime(waiting, times=(0, 0))
  uploads.sweep()
  assert not waiting.exists()


def test_what_is_not_there_is_refused_by_name(tmp_path):
  folder = tmp_path / 'served'
  folder.mkdir()
  stranger = put(tmp_path, 'other', 0)
  for path, said in (
    (folder / 'gone' / 'mine.mp4', 'mine.mp4: is no longer here; choose it again'),
    (stranger, 'video.mp4: was not uploaded here'),
    (folder / '..' / 'other' / 'video.mp4', 'video.mp4: was not uploaded here'),
  ):
    with pytest.raises(InputError, match=f'^{said}$'), Uploads(folder).used(path):
      pass
