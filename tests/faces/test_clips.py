"""Reading clips: what is read is what was written, and damage never passes."""

import struct

import cv2
import numpy as np
import pytest

from stc_jax.errors import InputError
from stc_jax.faces import clips

RED = (255, 0, 0)


def write_png(path, rgb):
  bgr = rgb[..., ::-1] if rgb.ndim == 3 else rgb
  assert cv2.imwrite(str(path), bgr)
  return path


def write_video(path, codec, count, fps=30.0, shape=(48, 64)):
  """Writes frames of mean level 60 + 10 * i, noisy so that each takes many bytes."""
  fourcc = cv2.VideoWriter_fourcc(*codec)
  writer = cv2.VideoWriter(str(path), fourcc, fps, shape[::-1])
  assert writer.isOpened()
  for i in range(count):
    writer.write(noise(*shape, 3) // 3 + np.uint8(10 * i + 60 - 42))
  writer.release()
  return path


def assert_levels(frames, count):
  levels = 60 + 10 * np.arange(count)
  np.testing.assert_allclose(frames.mean(axis=(1, 2, 3)), levels, atol=5)


def noise(*shape, dtype=np.uint8):
  top = np.iinfo(dtype).max
  return np.random.default_rng(0).integers(0, top, shape, dtype, endpoint=True)


def test_colour_images_keep_their_pixels_and_order(tmp_path):
  frames = noise(3, 20, 30, 3)
  paths = [write_png(tmp_path / f'{i}.png', frame) for i, frame in enumerate(frames)]
  np.testing.assert_array_equal(clips.read_images(paths), frames)
  np.testing.assert_array_equal(clips.read_images(paths[::-1]), frames[::-1])


def test_red_comes_first(tmp_path):
  path = tmp_path / 'red.jpg'
  write_png(path, np.full((16, 16, 3), RED, np.uint8))
  colour = clips.read_images([path]).mean(axis=(0, 1, 2))
  np.testing.assert_allclose(colour, RED, atol=3)


def test_gray_has_three_equal_channels_and_alpha_is_dropped(tmp_path):
  gray, with_alpha = noise(48, 48), noise(48, 48, 4)
  read = clips.read_images([write_png(tmp_path / 'gray.png', gray)])
  np.testing.assert_array_equal(read, np.stack([gray] * 3, axis=-1)[None])
  assert cv2.imwrite(str(tmp_path / 'alpha.png'), with_alpha)
  read = clips.read_images([tmp_path / 'alpha.png'])
  np.testing.assert_array_equal(read[0], with_alpha[..., 2::-1])


@pytest.mark.parametrize('shape', [(32, 32), (32, 32, 3)])
def test_16_bits_are_rounded_to_8(tmp_path, shape):
  deep = noise(*shape, dtype=np.uint16)
  read = clips.read_images([write_png(tmp_path / 'deep.png', deep)])[0]
  expected = np.rint(deep / 65535 * 255).astype(np.uint8)
  expected = expected if deep.ndim == 3 else np.stack([expected] * 3, axis=-1)
  np.testing.assert_array_equal(read, expected)


def test_frames_of_another_size_are_refused(tmp_path):
  paths = [
    write_png(tmp_path / 'first.png', noise(8, 8)),
    write_png(tmp_path / 'wide.png', noise(8, 9)),
  ]
  with pytest.raises(
    InputError, match=r'wide\.png: 9 x 8 pixels .*first\.png has 8 x 8'
  ):
    clips.read_images(paths)


@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
def test_no_cut_image_passes_and_no_library_chatters(tmp_path, suffix, capfd):
  whole = write_png(tmp_path / f'whole{suffix}', noise(24, 24, 3)).read_bytes()
  cut = tmp_path / f'cut{suffix}'
  for length in np.linspace(0, len(whole) - 1, 12).astype(int):
    cut.write_bytes(whole[:length])
    with pytest.raises(InputError, match=f'cut{suffix}'):
      clips.read_images([cut])
  assert capfd.readouterr().err == ''


def test_a_flipped_bit_in_a_png_is_found(tmp_path, capfd):
  path = write_png(tmp_path / 'flipped.png', noise(24, 24, 3))
  data = bytearray(path.read_bytes())
  data[len(data) // 2] ^= 1
  path.write_bytes(data)
  with pytest.raises(InputError, match=r'flipped\.png'):
    clips.read_images([path])
  assert capfd.readouterr().err == ''


def test_a_missing_file_is_named(tmp_path):
  for read in (clips.read_video, lambda path: clips.read_images([path])):
    with pytest.raises(InputError, match=r'gone\.avi: No such file'):
      read(tmp_path / 'gone.avi')


def test_a_lossless_video_keeps_its_pixels_and_rate(tmp_path):
  path, frames = tmp_path / 'clip.AVI', noise(5, 32, 48, 3)
  fourcc = cv2.VideoWriter_fourcc(*'FFV1')
  writer = cv2.VideoWriter(str(tmp_path / 'clip.avi'), fourcc, 12.5, (48, 32))
  for frame in frames:
    writer.write(frame[..., ::-1])
  writer.release()
  (tmp_path / 'clip.avi').rename(path)
  read, fps = clips.read_video(path)
  np.testing.assert_array_equal(read, frames)
  assert fps == 12.5
  small, _ = clips.read_video(path, size=16)
  np.testing.assert_array_equal(small, clips.resize(read, 16, 16))


@pytest.mark.parametrize(
  ('name', 'codec'),
  [('a.avi', 'MJPG'), ('a.mp4', 'mp4v'), ('a.mov', 'mp4v'), ('a.mkv', 'mp4v')],
)
def test_a_video_is_read_whole_or_not_at_all(tmp_path, name, codec, capfd):
  path = write_video(tmp_path / name, codec, count=12)
  read, fps = clips.read_video(path)
  assert fps == 30
  assert_levels(read, 12)
  data = path.read_bytes()
  for length in np.linspace(0, len(data) * 0.9, 9).astype(int):
    path.write_bytes(data[:length])
    with pytest.raises(InputError, match=name):
      clips.read_video(path)
  # Closer to the end only the index may be missing: all frames then, or none.
  for length in np.linspace(len(data) * 0.9, len(data) - 1, 9).astype(int):
    path.write_bytes(data[:length])
    try:
      assert len(clips.read_video(path)[0]) == 12
    except InputError:
      continue
  assert capfd.readouterr().err == ''


def test_a_trimmed_mp4_counts_as_whole(tmp_path):
  """Trimming in a phone hides frames by an edit list; the file still declares them."""
  path = write_video(tmp_path / 'trimmed.mp4', 'mp4v', count=12)
  data = bytearray(path.read_bytes())
  at = data.index(b'elst') + 12  # after version, flags and the count of entries
  duration, start = struct.unpack('>Ii', data[at : at + 8])
  assert start == 0
  data[at : at + 8] = struct.pack('>Ii', duration // 2, start)
  path.write_bytes(data)
  read, _ = clips.read_video(path)
  assert_levels(read, 6)


def test_a_text_file_is_no_video(tmp_path):
  (tmp_path / 'text.mp4').write_text('no video at all\n' * 50)
  with pytest.raises(InputError, match=r'text\.mp4: no frame'):
    clips.read_video(tmp_path / 'text.mp4')


def test_shrinking_averages_areas():
  frames = noise(2, 128, 192, 3)
  means = frames.reshape(2, 64, 2, 64, 3, 3).mean(axis=(2, 4))
  np.testing.assert_allclose(clips.resize(frames, 64, 64), means, atol=0.5)


@pytest.mark.parametrize('width', [8, 48])
def test_a_side_that_grows_is_interpolated_between_pixel_centres(width):
  column = np.array([0, 240, 30, 60, 200, 90, 10, 250], np.uint8)
  frames = np.broadcast_to(column[:, None, None], (1, 8, width, 3)).copy()
  centres = (np.arange(16) + 0.5) / 2 - 0.5
  expected = np.interp(centres, np.arange(8), column)
  enlarged = clips.resize(frames, 16, 16)
  assert enlarged.shape == (1, 16, 16, 3)
  np.testing.assert_allclose(enlarged[0, :, 3, 1], expected, atol=1)


def test_an_image_too_long_to_warp_is_refused(tmp_path):
  path = tmp_path / 'long.png'
  cv2.imwrite(str(path), np.zeros((2, 2**15 - 1), np.uint8))
  with pytest.raises(InputError, match=r'long\.png: more than 32766 pixels long'):
    clips.read_images([path])
