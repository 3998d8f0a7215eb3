"""Prepared sets, read from real array_record files."""

import dataclasses
import errno
import os
import pathlib
from unittest.mock import MagicMock, Mock

import clip_sets
import numpy as np
import pytest
import tensorflow_datasets as tfds

from stc_jax.data import reading, records, schema, set_folder
from stc_jax.errors import InputError

SIZE = clip_sets.INPUT
LENGTHS = (3, 4, 9, 30)


class Toy(tfds.core.GeneratorBasedBuilder, skip_registration=True):
  """Four clips of noise in two splits, its names not in the order of its files."""

  VERSION = tfds.core.Version('1.0.0')
  RELEASE_NOTES = {'1.0.0': 'First version.'}  # noqa: RUF012
  pkg_dir_path = pathlib.Path(__file__).parent
  change = 0

  def _info(self):
    features = {
      'frames': tfds.features.Tensor(
        shape=(None, 16, 16, 3), dtype=np.uint8, encoding='bytes'
      ),
      'label': tfds.features.ClassLabel(names=['calm', 'glad']),
      'subject': tfds.features.Text(),
      'clip': tfds.features.Text(),
      'fps': tfds.features.Scalar(np.float32),
    }
    return self.dataset_info_from_configs(
      features=tfds.features.FeaturesDict(features),
      metadata=tfds.core.MetadataDict({'subject_folds': [['a'], ['b']]}),
    )

  def _split_generators(self, dl_manager):
    return {
      'train': self._generate_examples((0, 1, 2)),
      'test': self._generate_examples((3,)),
    }

  def _generate_examples(self, numbers):
    for number in numbers:
      yield (
        f'{number}',
        {
          'frames': frames_of(number) + np.uint8(self.change),
          'label': number % 2,
          'subject': 'ab'[number % 2],
          'clip': f'clip{9 - number}',
          'fps': 25.0,
        },
      )


def frames_of(number):
  rng = np.random.default_rng(number)
  return rng.integers(0, 200, (LENGTHS[number], 16, 16, 3), np.uint8)


def prepared(folder, kind=Toy):
  builder = kind(data_dir=folder)
  builder.download_and_prepare(file_format='array_record')
  return builder


@pytest.fixture(scope='module')
def clip_set(tmp_path_factory):
  return reading.read(prepared(tmp_path_factory.mktemp('toy')), SIZE)


def test_every_shown_frame_is_there_once_and_windows_point_at_it(clip_set):
  assert clip_set.clips == ('clip6', 'clip7', 'clip8', 'clip9')
  for place, number in enumerate((3, 2, 1, 0)):
    shown, length = SIZE.window(np.zeros((LENGTHS[number], 1, 1, 3), np.uint8), 25.0)
    pixels = clip_set.frames[clip_set.windows[place]]
    np.testing.assert_array_equal(pixels, frames_of(number)[shown])
    assert clip_set.lengths[place] == length
  assert len(clip_set.frames) == 3 + 4 + 4 + 4
  assert clip_set.frames.ctypes.data % 64 == 0


def test_a_clip_s_start_is_a_clip_of_the_neutral_class(clip_set, tmp_path):
  more = reading.read(prepared(tmp_path), SIZE, neutral_share=0.3)
  assert more.names == (*clip_set.names, 'neutral')
  assert more.clips[:2] == ('clip6', 'clip6 (neutral)')
  assert more.targets[1::2].tolist() == [2] * 4
  np.testing.assert_array_equal(more.targets[::2], clip_set.targets)
  for field in ('subjects', 'splits', 'lengths', 'seconds'):
    assert list(getattr(more, field)[1::2]) == list(getattr(clip_set, field))
  # 30 frames, of which four are shown: the first nine, back and forth in real time.
  played = np.concatenate([np.arange(9), np.arange(7, 0, -1), np.arange(9), [7, 6]])
  played = np.append(played, np.arange(5, 1, -1))[:30]
  of_longest = more.frames[more.windows[1]]
  np.testing.assert_array_equal(of_longest, frames_of(3)[played[[0, 10, 19, 29]]])
  others = more.frames[more.windows[::2]]
  np.testing.assert_array_equal(others, clip_set.frames[clip_set.windows])
  assert more.at_rest.tolist() == [False, True] * 4
  assert clip_set.at_rest is None


def test_a_set_with_a_neutral_class_keeps_its_own():
  with pytest.raises(InputError, match="has a class 'neutral' of its own"):
    next(records.with_neutral(iter(()), ('calm', 'neutral'), 0.3))


def test_a_still_has_no_start_at_rest():
  clip = records.PreparedClip(frames_of(3), 0, 'a', 'a', 25.0, 'data')
  still = clip._replace(frames=clip.frames[-1:], clip='b')
  found = list(records.with_neutral([still, clip], ('x', 'y'), 0.3))
  assert [(one.clip, one.label) for one in found] == [
    ('b', 0),
    ('a', 0),
    ('a (neutral)', 2),
  ]
  with pytest.raises(InputError, match='neutral_share: each clip of the set is one'):
    list(records.with_neutral([still], ('x', 'y'), 0.3))


def test_jittered_training_finds_four_times_as_many_frames(clip_set, tmp_path):
  jittered = dataclasses.replace(SIZE, training_sampling='jittered')
  more = reading.read(prepared(tmp_path), jittered)
  for place, number in enumerate((3, 2, 1, 0)):
    length, of_clip = LENGTHS[number], more.candidates[place]
    count = more.num_candidates[place]
    assert count == min(length, 16)
    every = np.round(np.linspace(0, length - 1, count)).astype(int)
    np.testing.assert_array_equal(
      more.frames[of_clip[:count]], frames_of(number)[every]
    )
    assert (of_clip[count:] == of_clip[count - 1]).all()
  tested, before = more.frames[more.windows], clip_set.frames[clip_set.windows]
  np.testing.assert_array_equal(tested, before)
  for name in ('means', 'squares', 'motion'):
    np.testing.assert_array_equal(getattr(more, name), getattr(clip_set, name))


def test_what_is_measured_of_each_clip(clip_set):
  assert clip_set.splits == ('test', 'train', 'train', 'train')
  assert clip_set.subjects == ('b', 'a', 'b', 'a')
  assert clip_set.subject_folds == (('a',), ('b',))
  np.testing.assert_allclose(clip_set.seconds, np.array([30, 9, 4, 3]) / 25)
  pixels = clip_set.frames[clip_set.windows] / 255.0
  own = [clip[:length] for clip, length in zip(pixels, clip_set.lengths, strict=True)]
  for found, power in ((clip_set.means, 1), (clip_set.squares, 2)):
    expected = [(frames**power).mean((0, 1, 2)) for frames in own]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
  moved = np.abs(pixels - pixels[:, :1]).mean((2, 3, 4)).max(axis=1) * 255
  np.testing.assert_allclose(clip_set.motion, moved, rtol=1e-5)


def test_the_fingerprint_sees_pixels_and_not_the_input(clip_set, tmp_path):
  class Changed(Toy, skip_registration=True):
    change = 1

  changed = reading.read(prepared(tmp_path / 'changed', Changed), SIZE)
  assert changed.fingerprint != clip_set.fingerprint
  builder = prepared(tmp_path / 'same')
  other = reading.read(builder, dataclasses.replace(SIZE, frames=2))
  assert other.fingerprint == clip_set.fingerprint


def test_a_still_is_refused_where_only_change_is_looked_at(tmp_path):
  builder = prepared(tmp_path)
  still = dataclasses.replace(SIZE, frames=1)
  with pytest.raises(InputError, match=r'clip clip\d: one frame is shown of it'):
    reading.read(builder, still)
  reading.read(builder, dataclasses.replace(still, transforms=('frames_and_change',)))


def test_only_a_damaged_set_is_to_be_made_again(tmp_path, monkeypatch):
  builder = prepared(tmp_path)
  full = OSError(errno.EIO, os.strerror(errno.EIO))
  for fault in (full, MemoryError(), TypeError('a bug')):
    with monkeypatch.context() as patched:
      patched.setattr(tfds, 'builder_from_directory', Mock(side_effect=fault))
      with pytest.raises(type(fault)):
        set_folder.opened(pathlib.Path(builder.data_path), 'prepare')
    source = MagicMock(**{'__len__.return_value': 1, '__getitem__.side_effect': fault})
    with monkeypatch.context() as patched:
      patched.setattr(type(builder), 'as_data_source', lambda *_, source=source: source)
      with pytest.raises(type(fault)):
        next(records.of(builder))


def test_what_is_no_set_of_prepared_clips(tmp_path):
  class Unlabelled(Toy, skip_registration=True):
    def _info(self):
      features = {**super()._info().features, 'label': tfds.features.Text()}
      return self.dataset_info_from_configs(
        features=tfds.features.FeaturesDict(features)
      )

  builder = Unlabelled(data_dir=tmp_path)
  with pytest.raises(InputError, match=r"feature 'label' is .* must be a ClassLabel"):
    schema.check(builder)
  schema.check(Toy(data_dir=tmp_path))


def test_two_clips_of_one_name(tmp_path):
  class Twins(Toy, skip_registration=True):
    def _generate_examples(self, numbers):
      for key, example in super()._generate_examples(numbers):
        yield key, example | {'clip': 'twin'}

  with pytest.raises(InputError, match='two clips are called twin'):
    reading.read(prepared(tmp_path, Twins), SIZE)
