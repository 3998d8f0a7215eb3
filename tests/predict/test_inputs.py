"""The inputs in a folder: readable files are found, others are named."""

import cv2
import numpy as np
import pytest
from fakes import videos
from PIL import Image

from stc_jax.datasets.clip_folder import folder_clips
from stc_jax.errors import InputError
from stc_jax.faces.images import IMAGES, read_images
from stc_jax.faces.videos import VIDEOS
from stc_jax.predict import sources
from stc_jax.predict.folder import inputs

# Of every ending that is taken, a codec that FFmpeg writes into such a file.
CODECS = {
  'libx264': 'f4v m2ts m4v mkv mov mp4 mts ts',
  'mpeg4': '3g2 3gp avi nut',
  'mpeg2video': 'm2t mpeg mpg mxf vob wtv',
  'wmv2': 'asf wmv',
  'libvpx': 'ivf ogv webm',
  'rv20': 'rm rmvb',
  'flv': 'flv',
  'dvvideo': 'dv',
  'gif': 'gif',
  'rawvideo': 'y4m',
}
FRAMES = 3
MODES = {'.pbm': '1', '.pgm': 'L'}


def write_video(folder, ending, codec):
  width, height = (720, 576) if codec == 'dvvideo' else (176, 144)
  frames = [cv2.resize(frame, (width, height)) for frame in videos.nodding(FRAMES)]
  pixels = 'rgb8' if codec == 'gif' else 'yuv420p'
  written = 'rm' if ending == 'rmvb' else ending  # the same, with packets that vary
  path = folder / f'{codec}.{written}'
  videos.write(path, frames, codec=codec, pixels=pixels)
  return path.rename(folder / f'x_{ending}.{ending}')


def test_every_ending_that_is_taken_is_read_and_no_other(tmp_path):
  endings = [(f'.{e}', codec) for codec, all_ in CODECS.items() for e in all_.split()]
  assert {ending for ending, _ in endings} == VIDEOS
  for ending, codec in endings:
    path = write_video(tmp_path, ending[1:], codec)
    assert sum(1 for _ in sources.of_path(path).frames()) == FRAMES, path
  for ending in IMAGES:
    path = tmp_path / ending[1:] / f'x{ending.upper()}'
    path.parent.mkdir()
    white = Image.new(MODES.get(ending, 'RGB'), (30, 20), 'white')
    if ending in ('.ras', '.sr'):
      cv2.imwrite(str(path), np.array(white))
    else:
      white.save(path)
    assert read_images([path]).mean() > 250, path
  (tmp_path / 'notes.txt').write_text('x')
  (tmp_path / 'photo.heic').write_text('x')
  found = inputs.find([tmp_path], tmp_path / 'out')
  assert len(found.paths) == len(VIDEOS) + len(IMAGES)
  (note,) = found.notes
  assert note.endswith('2 that are no video or image: notes.txt; photo.heic')


def test_prepare_takes_the_same_endings(tmp_path):
  for number, ending in enumerate(sorted(VIDEOS | IMAGES)):
    frame = '_1' if ending in IMAGES else ''
    (tmp_path / 'label').mkdir(exist_ok=True)
    (tmp_path / 'label' / f'ann_{number}{frame}{ending}').touch()
  assert len(folder_clips.find_clips(tmp_path)) == len(VIDEOS | IMAGES)


@pytest.mark.parametrize('kind', ['png', 'tiff', 'webp'])
def test_a_file_of_many_pictures_is_not_taken_for_its_first(kind, tmp_path):
  first, *others = (Image.new('RGB', (20, 20), (60 * i, 0, 0)) for i in range(3))
  path = tmp_path / f'many.{kind}'
  first.save(path, save_all=True, append_images=others)
  with pytest.raises(InputError, match=f'many.{kind}: 3 pictures in one file'):
    read_images([path])


def test_a_folder_without_any_says_what_it_holds(tmp_path):
  for name in ('a.txt', 'Thumbs.db', '.DS_Store', '._a.mp4', '__MACOSX/b.mp4'):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text('x')
  with pytest.raises(
    InputError, match=r'it holds 1 that are no video or image: a\.txt'
  ):
    inputs.find([tmp_path], tmp_path)
