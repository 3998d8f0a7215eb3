"""Sets whose frames are coded one by one, from real array_record files."""

import dataclasses
import pathlib

import clip_sets
import numpy as np
import pytest
import tensorflow_datasets as tfds

from stc_jax.data import frame_reading, frame_store, protocols, reading, schema
from stc_jax.data.frame_store_writer import FRAMES
from stc_jax.errors import InputError

SIZE = dataclasses.replace(clip_sets.INPUT, frames=3, sampling='past')
NUMBERS = ([5, 6, 7, 8], [1, 2, 3, 10, 11], [90, 91])
AUS = (12, 4)


class Coded(tfds.core.GeneratorBasedBuilder, skip_registration=True):
  """Three recordings in two splits, their names not in the order of the files."""

  VERSION = tfds.core.Version('1.0.0')
  RELEASE_NOTES = {'1.0.0': 'First version.'}  # noqa: RUF012
  pkg_dir_path = pathlib.Path(__file__).parent
  same_name, au_numbers, code = False, (1, 4, 12, 15), 1

  def _info(self):
    bytes_ = {'encoding': 'bytes'}
    features = {
      'frames': tfds.features.Tensor(shape=(None, 16, 16, 3), dtype=np.uint8, **bytes_),
      'aus': tfds.features.Tensor(shape=(None, 4), dtype=np.int8, **bytes_),
      'frame_numbers': tfds.features.Tensor(shape=(None,), dtype=np.int32, **bytes_),
      'subject': tfds.features.Text(),
      'clip': tfds.features.Text(),
      'fps': tfds.features.Scalar(np.float32),
    }
    return self.dataset_info_from_configs(
      features=tfds.features.FeaturesDict(features),
      metadata=tfds.core.MetadataDict({'au_numbers': list(self.au_numbers)}),
    )

  def _split_generators(self, dl_manager):
    return {
      'train': self._generate_examples((0, 1)),
      'validation': self._generate_examples((2,)),
    }

  def _generate_examples(self, recordings):
    for number in recordings:
      frames, aus = material(number)
      yield (
        f'{number}',
        {
          'frames': frames,
          'aus': np.where(aus == 1, np.int8(self.code), aus),
          'frame_numbers': np.array(NUMBERS[number], np.int32),
          'subject': 'F00' + str(number),
          'clip': 'same' if self.same_name else f'clip{9 - number}',
          'fps': 25.0,
        },
      )


def material(number):
  rng = np.random.default_rng(number)
  frames = rng.integers(0, 256, (len(NUMBERS[number]), 16, 16, 3), np.uint8)
  return frames, rng.choice([0, 1, 9], (len(frames), 4)).astype(np.int8)


def made(folder, **differing):
  kind = type('Coded', (Coded,), differing, skip_registration=True)
  builder = kind(data_dir=folder)
  builder.download_and_prepare(file_format='array_record')
  return tfds.builder_from_directory(builder.data_path)


@pytest.fixture(scope='module')
def builder(tmp_path_factory):
  found = made(tmp_path_factory.mktemp('coded'))
  schema.check(found)
  return found


def test_each_frame_is_an_example_in_the_order_of_the_clips(builder):
  found = frame_reading.read(builder, SIZE, AUS)
  order = [2, 1, 0]  # clip7, clip8, clip9
  assert found.names == ('AU12', 'AU4')
  frames = np.concatenate([material(n)[0] for n in order])
  aus = np.concatenate([material(n)[1] for n in order])
  np.testing.assert_array_equal(found.targets, aus[:, [2, 1]])
  np.testing.assert_array_equal(found.frames[found.labelled.rows], frames)
  numbers = [number for n in order for number in NUMBERS[n]]
  assert found.labelled.numbers.tolist() == numbers
  shown = found.frames[found.windows]
  np.testing.assert_array_equal(shown[:, -1], frames)
  before = [0, 0, 2, 2, 3, 5, 5, 7, 7, 8, 9]
  first = [0, 0, 2, 2, 2, 5, 5, 7, 7, 7, 8]
  np.testing.assert_array_equal(shown[:, 1], frames[before])
  np.testing.assert_array_equal(shown[:, 0], frames[first])
  assert found.splits == ('validation',) * 2 + ('train',) * 9
  assert found.subjects[0] == 'F002'
  np.testing.assert_allclose(found.means, (shown / 255).mean(axis=(1, 2, 3)), rtol=1e-5)
  np.testing.assert_allclose(
    found.squares, ((shown / 255) ** 2).mean(axis=(1, 2, 3)), rtol=1e-5
  )


def test_frames_are_laid_out_once_and_mapped(builder):
  first = frame_store.opened(builder, 16, 16)
  assert isinstance(first.frames, np.memmap)
  assert first.frames.offset % 64 == 0
  stamp = (first.folder / FRAMES).stat().st_mtime_ns
  again = frame_store.opened(builder, 16, 16)
  assert (again.folder / FRAMES).stat().st_mtime_ns == stamp
  other = frame_store.opened(builder, 8, 8)
  assert other.fingerprint == first.fingerprint
  assert not list(first.folder.parent.glob('.*.part'))


def test_frames_that_were_cut_off_are_refused(builder):
  found = frame_store.opened(builder, 12, 12)
  path = found.folder / FRAMES
  path.write_bytes(path.read_bytes()[:-1])
  with pytest.raises(InputError, match=r'damaged .* remove it'):
    frame_reading.read(builder, dataclasses.replace(SIZE, height=12, width=12), AUS)


def test_what_a_set_has_not_is_named(builder, tmp_path):
  with pytest.raises(InputError, match=r'has no AU 2; it has 1, 4, 12, 15'):
    frame_reading.read(builder, SIZE, (2,))
  with pytest.raises(InputError, match='has action units and no labels'):
    reading.read(builder, clip_sets.INPUT)
  twice = made(tmp_path, same_name=True)
  with pytest.raises(InputError, match='two clips are called same'):
    frame_reading.read(twice, SIZE, AUS)


def test_what_is_no_coding_is_refused(tmp_path):
  with pytest.raises(InputError, match=r'au_numbers, one for each of the 4 columns'):
    schema.check(made(tmp_path / 'numbers', au_numbers=(1, 4)))
  intensities = made(tmp_path / 'codes', code=5)
  with pytest.raises(InputError, match=r'clip9 has .* codings other than 0, 1, 9'):
    frame_reading.read(intensities, SIZE, AUS)


def test_trials_of_frames_keep_recordings_whole(builder):
  found = frame_reading.read(builder, SIZE, AUS)
  protocol = protocols.ProtocolConfig(
    kind='folds', folds=3, repeats=2, unit='sequence', seed=0
  )
  known = dataclasses.replace(
    found, targets=np.eye(2, dtype=np.int8)[np.arange(11) % 2]
  )
  trials = protocols.trials(known, protocol)
  for trial in trials:
    tested = {known.clips[i] for i in trial.test}
    assert not tested & {known.clips[i] for i in trial.train}
  table = protocols.table(known, trials, str).splitlines()
  assert len(table) == 1 + 2 * 3
  assert sum(int(row.split(',')[-1]) for row in table[1:]) == 2 * len(known)
  fixed = protocols.trials(known, dataclasses.replace(protocol, kind='fixed'))
  assert [len(trial.test) for trial in fixed] == [2, 2]
