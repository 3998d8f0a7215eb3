"""The builder of BP4D, on copies in both distributed forms."""

import clip_sets
import numpy as np
import pytest
from fakes import bp4d, faces

from stc_jax.data import catalogue, preparation, reading
from stc_jax.datasets.bp4d import bp4d_dataset_builder, coding
from stc_jax.errors import InputError

CODED = {1: [0, 1, 1, 0], 12: [9, 9, 1, 0]}


def write(root, form, sequence, first, digits, shift=0, images=4):
  frames = faces.moving_face(images, 96, 72, number=first)
  bp4d.write_images(root, form, sequence, frames, first + shift, digits)
  bp4d.write_coding(root, form, sequence, first, CODED)


def copy(root, form):
  """Four sequences of four subjects: mixed padding, blocks that start anywhere."""
  write(root, form, 'F001_T1', first=2440, digits=4)
  write(root, form, 'F002_T8', first=1, digits=3)
  write(root, form, 'M003_T2', first=90, digits=2)
  write(root, form, 'M018_T4', first=12, digits=3)


def prepare(root, data_dir, **options):
  given = {'align': 'none'} | options
  return preparation.prepare('bp4d', '', str(data_dir), str(root), options=given)


def examples(builder, split):
  return {e['clip'].decode(): e for e in builder.as_data_source(split)}


@pytest.mark.parametrize('form', bp4d.FORMS)
def test_frames_and_their_coding(form, tmp_path):
  root = tmp_path / 'raw'
  copy(root, form)
  meshes = root / '3DFeatures' / 'F001' / 'T1'
  meshes.mkdir(parents=True)
  (meshes / '2440.bnd').write_text('of the full release')
  builder = prepare(root, tmp_path / 'data', allow_partial=True)
  train, held = (examples(builder, split) for split in ('train', 'validation'))
  assert sorted(train) == ['F001_T1', 'M003_T2']
  assert sorted(held) == ['F002_T8', 'M018_T4']
  example = train['F001_T1']
  assert example['subject'] == b'F001'
  assert example['frame_numbers'].tolist() == [2440, 2441, 2442, 2443]
  assert example['aus'][:, 0].tolist() == CODED[1]
  assert example['aus'][:, 11].tolist() == CODED[12]
  assert (np.delete(example['aus'], [0, 11], axis=1) == 9).all()
  wanted = faces.moving_face(4, 96, 72, number=2440)
  levels = example['frames'].mean(axis=(1, 2, 3))
  np.testing.assert_allclose(levels, wanted.mean(axis=(1, 2, 3)), atol=2)
  assert len(builder.info.metadata['subject_folds']) == 3
  found = catalogue.prepared_builder('bp4d', '', str(tmp_path / 'data'))
  with pytest.raises(InputError, match='has action units and no labels'):
    reading.read(found, clip_sets.INPUT)


def test_a_partial_copy_is_refused_with_what_is_missing(tmp_path):
  root = tmp_path / 'raw'
  copy(root, 'fera2015')
  with pytest.raises(InputError, match='not the whole database: F001_T2 has no coding'):
    prepare(root, tmp_path / 'data')
  (report,) = (tmp_path / 'data').rglob('preparation_report.csv')
  told = report.read_text()
  assert 'gap: train: 8 coded frames, the whole has 75586' in told
  assert 'gap: validation: 8 coded frames, the whole has 71261' in told


def test_coded_frames_without_an_image_and_images_without_coding(tmp_path):
  root = tmp_path / 'raw'
  copy(root, 'full')
  write(root, 'full', 'F005_T3', first=7, digits=3, images=3)
  frames = faces.moving_face(2, 96, 72, number=1)
  bp4d.write_images(root, 'full', 'F005_T4', frames, 1, 3)
  bp4d.write_coding(root, 'full', 'F005_T5', 1, CODED)
  builder = bp4d_dataset_builder.Builder(data_dir=tmp_path / 'data')
  gaps = builder.find(root).gaps
  assert 'F005_T3: 1 coded frames have no image, the first is 10' in gaps
  assert 'F005_T4 has no coding' in gaps
  assert 'F005_T5 has no images' in gaps
  made = prepare(root, tmp_path / 'data', allow_partial=True)
  assert examples(made, 'train')['F005_T3']['frame_numbers'].tolist() == [7, 8, 9]


def test_another_offset_is_hinted_at_and_taken(tmp_path):
  root = tmp_path / 'raw'
  write(root, 'full', 'F001_T1', first=1, digits=4, shift=-1)
  builder = bp4d_dataset_builder.Builder(data_dir=tmp_path / 'data')
  gap = next(gap for gap in builder.find(root).gaps if gap.startswith('F001_T1: '))
  assert gap.endswith('the first is 4; with --frame_offset=1 all have one')
  made = prepare(root, tmp_path / 'data', allow_partial=True, frame_offset=1)
  assert examples(made, 'train')['F001_T1']['frame_numbers'].tolist() == [1, 2, 3, 4]
  with pytest.raises(
    InputError, match=r'--frame_offset=1, not with .*--frame_offset=0'
  ):
    prepare(root, tmp_path / 'data', allow_partial=True)


def test_a_further_folder_is_the_test_split(tmp_path):
  root, other = tmp_path / 'raw', tmp_path / 'test'
  copy(root, 'fera2015')
  write(other, 'fera2015', 'F024_T1', first=5, digits=3)
  made = prepare(root, tmp_path / 'data', allow_partial=True, test_dir=str(other))
  assert sorted(examples(made, 'test')) == ['F024_T1']
  with pytest.raises(InputError, match=r'was prepared with .*--test_dir='):
    prepare(root, tmp_path / 'data', allow_partial=True)
  absent = str(tmp_path / 'absent')
  with pytest.raises(InputError, match='/absent: No such file'):
    prepare(root, tmp_path / 'new', allow_partial=True, test_dir=absent)


@pytest.mark.parametrize(
  ('text', 'said'),
  [
    ('', 'numbers of AUs'),
    ('frame,AU1\n1,0\n', 'numbers of AUs'),
    ('1,2\n1,0\n', 'no column 0'),
    ('0,1\n', 'no rows'),
    ('0,1\n1,2\n', 'row 2 should hold'),
    ('0,1\n1\n', 'row 2 should hold'),
    ('0,1\n2,0\n1,0\n', 'ascending'),
  ],
)
def test_a_coding_that_is_none_is_named(tmp_path, text, said):
  path = tmp_path / 'F001_T1.csv'
  path.write_text(text)
  with pytest.raises(InputError, match=rf'F001_T1\.csv: .*{said}'):
    coding.read(path)
