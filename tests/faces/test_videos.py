"""Reading videos: frames are those written, and damage is detected."""

import errno
import gc
import os
import struct
from unittest import mock

import av
import cv2
import numpy as np
import pytest
from fakes.films import assert_levels, noise, write_video

from stc_jax.errors import InputError
from stc_jax.faces import images, videos

WEB, LIVE = {'codec': 'libvpx'}, {'live': '1'}
FORMS = {
  'a.avi': {'codec': 'mpeg4'},
  'b.avi': {'codec': 'mjpeg', 'pixels': 'yuvj420p'},
  'c.avi': {'codec': 'libx264'},
  'd.avi': {'codec': 'mpeg4', 'b_frames': 2},
  'a.mp4': {'codec': 'libx264'},
  'b.mp4': {'codec': 'libx264', 'options': {'movflags': 'faststart'}},
  'a.mov': {'codec': 'mpeg4'},
  'a.mkv': {'codec': 'libx264'},
  'a.webm': WEB,
  'a.gif': {'codec': 'gif', 'pixels': 'rgb8'},
}
# When the frames of a phone's or a browser's recording are shown, in milliseconds.
UNEVEN = [0, 40, 80, 120, 160, 400, 440, 480, 520, 560, 600, 640]


def test_a_missing_and_an_empty_file_are_named(tmp_path):
  with pytest.raises(InputError, match=r'gone\.avi: No such file'):
    videos.read_video(tmp_path / 'gone.avi')
  (tmp_path / 'empty.avi').touch()
  with pytest.raises(InputError, match=r'empty\.avi: an empty file'):
    videos.read_video(tmp_path / 'empty.avi')


def test_a_lossless_video_keeps_its_pixels_and_rate(tmp_path):
  path, frames = tmp_path / 'clip.AVI', noise(5, 32, 48, 3)
  fourcc = cv2.VideoWriter_fourcc(*'FFV1')
  writer = cv2.VideoWriter(str(tmp_path / 'clip.avi'), fourcc, 12.5, (48, 32))
  for frame in frames:
    writer.write(frame[..., ::-1])
  writer.release()
  (tmp_path / 'clip.avi').rename(path)
  read, fps = videos.read_video(path)
  np.testing.assert_array_equal(read, frames)
  assert fps == 12.5
  small, _ = videos.read_video(path, size=16)
  np.testing.assert_array_equal(small, images.resize(read, 16, 16))


@pytest.mark.parametrize('name', FORMS)
def test_a_video_is_read_whole_or_not_at_all(tmp_path, name, capfd):
  path = write_video(tmp_path / name, **FORMS[name])
  read, fps = videos.read_video(path)
  assert fps == 25
  assert_levels(read, range(12))
  data = path.read_bytes()
  for length in np.linspace(0, len(data) * 0.9, 9).astype(int):
    path.write_bytes(data[:length])
    with pytest.raises(InputError, match=name):
      videos.read_video(path)
  # Closer to the end only the index may be missing: all frames then, or none.
  for length in np.linspace(len(data) * 0.9, len(data) - 1, 9).astype(int):
    path.write_bytes(data[:length])
    try:
      assert len(videos.read_video(path)[0]) == 12
    except InputError:
      continue
  assert capfd.readouterr().err == ''


def test_a_trimmed_mp4_counts_as_whole(tmp_path):
  """Trimming in a phone hides frames by an edit list; the file still declares them."""
  path = tmp_path / 'trimmed.mp4'
  write_video(path, 'mpeg4')
  data = bytearray(path.read_bytes())
  at = data.index(b'elst') + 12  # after version, flags and the count of entries
  duration, start = struct.unpack('>Ii', data[at : at + 8])
  assert start == 0
  data[at : at + 8] = struct.pack('>Ii', duration // 2, start)
  path.write_bytes(data)
  read, _ = videos.read_video(path)
  assert_levels(read, range(6))


def test_a_variable_rate_becomes_a_constant_one(tmp_path):
  path = write_video(tmp_path / 'browser.webm', **WEB, shown=UNEVEN)
  read, fps = videos.read_video(path)
  assert fps == pytest.approx(25)
  assert_levels(read, [0, 1, 2, 3, 4, 4, 4, 4, 4, 4, 5, 6, 7, 8, 9, 10, 11])
  times = videos.Video(path).times  # of a repeated frame those of the rate
  begins = np.array([UNEVEN[n] for n in (0, 1, 2, 3, 4)] + UNEVEN[5:]) / 1000
  np.testing.assert_allclose(np.delete(times, range(5, 10)), begins - begins[0])
  assert (np.diff(times) > 0).all()


def test_a_live_recording_without_a_length(tmp_path):
  path = write_video(tmp_path / 'live.webm', **WEB, options=LIVE)
  assert len(videos.read_video(path)[0]) == 12


def test_timestamps_rounded_to_milliseconds_are_no_variable_rate(tmp_path):
  shown = [round(1000 * number / 30) for number in range(12)]
  path = write_video(tmp_path / 'rounded.webm', **WEB, shown=shown)
  read, fps = videos.read_video(path)
  assert len(read) == 12
  assert fps == pytest.approx(30, rel=0.01)


def test_one_frame(tmp_path):
  read, _ = videos.read_video(write_video(tmp_path / 'one.mp4', 'libx264', count=1))
  assert_levels(read, [0])


# The matrix of a track's header, a b c d, and what a player shows of a picture.
SHOWN = {
  (0, 1, -1, 0): lambda picture: np.rot90(picture, -1),
  (-1, 0, 0, -1): lambda picture: np.rot90(picture, 2),
  (0, -1, 1, 0): np.rot90,
  (-1, 0, 0, 1): np.fliplr,
  (1, 0, 0, -1): np.flipud,
  (0, 1, 1, 0): lambda picture: np.swapaxes(picture, 0, 1),
  (0, -1, -1, 0): lambda picture: np.swapaxes(np.rot90(picture, 2), 0, 1),
  (0, 0, 0, 0): lambda picture: picture,
}


def turn(path, a, b, c, d):
  """Writes a matrix into an MP4 file's only track."""
  data = bytearray(path.read_bytes())
  at = data.index(b'tkhd') + 4 + 40  # of version 0, in 16.16 fixed point
  fixed = [round(v * 2**16) for v in (a, b, 0, c, d, 0, 0, 0, 2**14)]
  data[at : at + 36] = struct.pack('>9i', *fixed)
  path.write_bytes(data)


@pytest.mark.parametrize('matrix', SHOWN)
def test_frames_are_turned_and_mirrored_as_the_file_says(tmp_path, matrix):
  path = write_video(tmp_path / 'phone.mp4', 'mpeg4', count=2)
  plain, _ = videos.read_video(path)
  turn(path, *matrix)
  turned, _ = videos.read_video(path)
  np.testing.assert_array_equal(turned, [SHOWN[matrix](picture) for picture in plain])


def test_a_slanted_picture_is_refused(tmp_path):
  path = write_video(tmp_path / 'phone.mp4', 'mpeg4', count=2)
  turn(path, 0.7071, 0.7071, -0.7071, 0.7071)
  with pytest.raises(InputError, match=r'phone\.mp4: is to be turned by 45 degrees'):
    videos.read_video(path)


def test_a_large_video_is_read_frame_by_frame(tmp_path):
  path = write_video(tmp_path / 'large.mp4', 'mpeg4', count=2, size=(2160, 3840))
  read, _ = videos.read_video(path, size=64)
  assert read.shape == (2, 64, 64, 3)
  assert_levels(read, range(2))


def test_frames_that_were_read_leave_memory_at_once(tmp_path):
  path = write_video(tmp_path / 'a.mp4', 'libx264', count=30)
  gc.collect()
  gc.disable()
  try:
    for _ in videos.Video(path).frames():
      pass
    kept = sum(type(one) is av.VideoFrame for one in gc.get_objects())
  finally:
    gc.enable()
  assert kept < 5


def test_a_title_in_another_encoding_does_no_harm(tmp_path):
  path = write_video(tmp_path / 'title.mkv', 'mpeg4', title='Groesse!')
  path.write_bytes(path.read_bytes().replace(b'Groesse!', 'Größe!!!'.encode('latin-1')))
  assert len(videos.read_video(path)[0]) == 12


def test_bytes_damaged_in_the_middle_are_named(tmp_path):
  path = write_video(tmp_path / 'damaged.mp4', 'mpeg4', size=(96, 128))
  data = bytearray(path.read_bytes())
  at = data.index(b'mdat') + len(data) // 2
  data[at : at + 200] = noise(200).tobytes()
  path.write_bytes(data)
  with pytest.raises(InputError, match=r'damaged\.mp4: '):
    videos.read_video(path)


def test_no_memory_is_not_the_file_s_fault(tmp_path, monkeypatch):
  path = write_video(tmp_path / 'fine.mp4', 'mpeg4')
  fault = av.error.MemoryError(errno.ENOMEM, os.strerror(errno.ENOMEM))
  monkeypatch.setattr(av, 'open', mock.Mock(side_effect=fault))
  with pytest.raises(MemoryError):
    videos.read_video(path)


def test_what_is_no_video(tmp_path):
  (tmp_path / 'text.mp4').write_text('no video at all\n' * 50)
  with pytest.raises(InputError, match=r'text\.mp4: no frame'):
    videos.read_video(tmp_path / 'text.mp4')
