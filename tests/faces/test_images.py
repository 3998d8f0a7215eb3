"""Reading images: pixels are those written, and damage is detected."""

import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from stc_jax.errors import InputError
from stc_jax.faces import images, videos

RED = (255, 0, 0)


def write_png(path, rgb):
  bgr = rgb[..., ::-1] if rgb.ndim == 3 else rgb
  assert cv2.imwrite(str(path), bgr)
  return path


def noise(*shape, dtype=np.uint8):
  top = np.iinfo(dtype).max
  return np.random.default_rng(0).integers(0, top, shape, dtype, endpoint=True)


def test_colour_images_keep_their_pixels_and_order(tmp_path):
  frames = noise(3, 20, 30, 3)
  paths = [write_png(tmp_path / f'{i}.png', frame) for i, frame in enumerate(frames)]
  np.testing.assert_array_equal(images.read_images(paths), frames)
  np.testing.assert_array_equal(images.read_images(paths[::-1]), frames[::-1])


def test_red_comes_first(tmp_path):
  path = tmp_path / 'red.jpg'
  write_png(path, np.full((16, 16, 3), RED, np.uint8))
  colour = images.read_images([path]).mean(axis=(0, 1, 2))
  np.testing.assert_allclose(colour, RED, atol=3)


def test_gray_has_three_equal_channels_and_alpha_is_dropped(tmp_path):
  gray, with_alpha = noise(48, 48), noise(48, 48, 4)
  read = images.read_images([write_png(tmp_path / 'gray.png', gray)])
  np.testing.assert_array_equal(read, np.stack([gray] * 3, axis=-1)[None])
  assert cv2.imwrite(str(tmp_path / 'alpha.png'), with_alpha)
  read = images.read_images([tmp_path / 'alpha.png'])
  np.testing.assert_array_equal(read[0], with_alpha[..., 2::-1])


@pytest.mark.parametrize('shape', [(32, 32), (32, 32, 3)])
def test_16_bits_are_rounded_to_8(tmp_path, shape):
  deep = noise(*shape, dtype=np.uint16)
  read = images.read_images([write_png(tmp_path / 'deep.png', deep)])[0]
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
    images.read_images(paths)


@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
def test_no_cut_image_passes_and_no_library_chatters(tmp_path, suffix, capfd):
  whole = write_png(tmp_path / f'whole{suffix}', noise(24, 24, 3)).read_bytes()
  cut = tmp_path / f'cut{suffix}'
  for length in np.linspace(0, len(whole) - 1, 12).astype(int):
    cut.write_bytes(whole[:length])
    with pytest.raises(InputError, match=f'cut{suffix}'):
      images.read_images([cut])
  assert capfd.readouterr().err == ''


def test_a_flipped_bit_in_a_png_is_found(tmp_path, capfd):
  path = write_png(tmp_path / 'flipped.png', noise(24, 24, 3))
  data = bytearray(path.read_bytes())
  data[len(data) // 2] ^= 1
  path.write_bytes(data)
  with pytest.raises(InputError, match=r'flipped\.png'):
    images.read_images([path])
  assert capfd.readouterr().err == ''


def test_a_missing_file_is_named(tmp_path):
  with pytest.raises(InputError, match=r'gone\.png: No such file'):
    images.read_images([tmp_path / 'gone.png'])


def test_shrinking_averages_areas():
  frames = noise(2, 128, 192, 3)
  means = frames.reshape(2, 64, 2, 64, 3, 3).mean(axis=(2, 4))
  np.testing.assert_allclose(images.resize(frames, 64, 64), means, atol=0.5)


@pytest.mark.parametrize('width', [8, 48])
def test_a_side_that_grows_is_interpolated_between_pixel_centres(width):
  column = np.array([0, 240, 30, 60, 200, 90, 10, 250], np.uint8)
  frames = np.broadcast_to(column[:, None, None], (1, 8, width, 3)).copy()
  centres = (np.arange(16) + 0.5) / 2 - 0.5
  expected = np.interp(centres, np.arange(8), column)
  enlarged = images.resize(frames, 16, 16)
  assert enlarged.shape == (1, 16, 16, 3)
  np.testing.assert_allclose(enlarged[0, :, 3, 1], expected, atol=1)


def test_an_image_too_long_to_warp_is_refused(tmp_path):
  path = tmp_path / 'long.png'
  cv2.imwrite(str(path), np.zeros((2, 2**15 - 1), np.uint8))
  with pytest.raises(InputError, match=r'long\.png: more than 32766 pixels long'):
    images.read_images([path])


def test_a_picture_too_large_for_the_memory_is_refused_by_its_header(tmp_path):
  huge = struct.pack('>2I', 12000, 12000)
  png = bytearray(write_png(tmp_path / 'huge.png', noise(8, 8)).read_bytes())
  png[16:24] = huge
  png[29:33] = struct.pack('>I', zlib.crc32(png[12:29]))
  (tmp_path / 'huge.png').write_bytes(png)
  jpeg = bytearray(write_png(tmp_path / 'huge.jpg', noise(8, 8)).read_bytes())
  at = jpeg.index(b'\xff\xc0') + 5
  jpeg[at : at + 4] = struct.pack('>2H', 12000, 12000)
  (tmp_path / 'huge.jpg').write_bytes(jpeg)
  one, two = (Image.fromarray(noise(8, 8)) for _ in range(2))
  one.save(tmp_path / 'huge.gif', save_all=True, append_images=[two])
  gif = bytearray((tmp_path / 'huge.gif').read_bytes())
  gif[6:10] = struct.pack('<2H', 12000, 12000)
  (tmp_path / 'huge.gif').write_bytes(gif)
  for name, read in (
    ('huge.png', lambda path: images.read_images([path])),
    ('huge.jpg', lambda path: images.read_images([path])),
    ('huge.gif', videos.read_video),
  ):
    with pytest.raises(InputError, match=rf'{name}: 12000 x 12000 pixels, more than'):
      read(tmp_path / name)
