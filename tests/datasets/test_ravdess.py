"""The builder of RAVDESS, on copies in the owners' layout."""

import collections
import itertools
import shutil
import zipfile

import numpy as np
import pytest
from fakes import crema_d, faces, ravdess

from stc_jax.data import preparation
from stc_jax.datasets.ravdess import ravdess_dataset_builder
from stc_jax.errors import InputError

ONE, OTHER = '01-03-02-01-01-01', '01-01-01-02-01-01'


def new_builder(tmp_path, config='speech', **options):
  return ravdess_dataset_builder.Builder(
    config=config, data_dir=tmp_path / 'data', options=options
  )


def find(root, tmp_path, config='speech'):
  return new_builder(tmp_path, config).find(root)


def prepare(root, tmp_path, config='', **options):
  given = {'align': 'none', 'allow_partial': True} | options
  data_dir = str(tmp_path / 'data')
  return preparation.prepare('ravdess', config, data_dir, str(root), options=given)


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
  """Speech and song, and sound alone; two actors in folders within folders."""
  root = tmp_path_factory.mktemp('whole')
  for channel in ('01', '02'):
    ravdess.write_names(root, ravdess.clips(channel))
  ravdess.path_of(root, '03', ONE).touch()
  ravdess.path_of(root, '03', ONE, 'wav').touch()
  (root / 'inner').mkdir()
  (root / 'Actor_02').rename(root / 'inner' / 'Actor_02')
  (root / 'Actor_01').rename(root / 'moved')
  (root / 'Actor_01').mkdir()
  (root / 'moved').rename(root / 'Actor_01' / 'Actor_01')
  return root


def test_the_whole_has_the_owners_counts(whole, tmp_path):
  found = find(whole, tmp_path)
  assert not found.gaps
  assert not found.bad
  assert len(found.clips) == ravdess.SPEECH
  by_actor = collections.Counter(clip.subject for clip in found.clips)
  assert by_actor == dict.fromkeys(ravdess.ACTORS, 60)
  labels = collections.Counter(clip.label for clip in found.clips)
  assert labels.pop('neutral') == 96
  assert set(labels.values()) == {192}
  assert new_builder(tmp_path).labels()[:6] == tuple(sorted(labels.keys() - {'calm'}))
  reasons = collections.Counter(reason for _, reason in found.passed_over)
  assert reasons == {'song': ravdess.SONG, 'sound alone': 1}


def test_song_is_another_set(whole, tmp_path):
  found = find(whole, tmp_path, 'song')
  assert not found.gaps
  assert len(found.clips) == ravdess.SONG
  assert '18' not in {clip.subject for clip in found.clips}
  labels = {clip.label for clip in found.clips}
  assert labels == set(new_builder(tmp_path, 'song').labels())
  assert not labels & {'disgust', 'surprise'}


def test_both_lists_of_parts_have_each_actor_once(tmp_path):
  for parts, sizes in (('six', [4] * 6), ('five', [5, 5, 5, 5, 4])):
    lists = new_builder(tmp_path, parts=parts).metadata()['subject_folds']
    assert [len(actors) for actors in lists] == sizes
    assert sorted(itertools.chain(*lists)) == ravdess.ACTORS


def test_a_performance_is_one_clip_without_sound_where_it_can_be(tmp_path):
  root = tmp_path / 'raw'
  for modality in ('01', '02', '03'):
    ravdess.path_of(root, modality, ONE).touch()
  ravdess.path_of(root, '01', OTHER).touch()
  (root / 'Actor_01' / 'note.mp4').touch()
  found = find(root, tmp_path)
  paths = [(clip.key, clip.recording.paths[0].name) for clip in found.clips]
  assert paths == [(OTHER, f'01-{OTHER}.mp4'), (ONE, f'02-{ONE}.mp4')]
  assert [clip.label for clip in found.clips] == ['neutral', 'happiness']
  assert dict(found.passed_over) == {
    f'01-{ONE}.mp4': f'02-{ONE}.mp4, the same clip, is taken',
    f'03-{ONE}.mp4': 'sound alone',
    'note.mp4': 'not a clip of RAVDESS',
  }
  assert len(found.gaps) == ravdess.SPEECH - 2


def test_what_is_missing_is_named(tmp_path):
  root = tmp_path / 'raw'
  ravdess.write_names(root, ravdess.clips()[:-1])
  with pytest.raises(InputError, match=r'02-01-08-02-02-02-24\.mp4 is missing') as told:
    prepare(root, tmp_path, allow_partial=False)
  assert '\n' not in str(told.value)


def test_a_clip_that_is_there_twice_is_named(tmp_path):
  root = tmp_path / 'raw'
  ravdess.write_names(root, [ONE])
  again = root / 'Actor_01' / 'Actor_01'
  again.mkdir()
  shutil.copy(root / 'Actor_01' / f'02-{ONE}.mp4', again)
  with pytest.raises(InputError, match=f'02-{ONE}.mp4: there 2 times; leave one'):
    prepare(root, tmp_path)


def packed_copy(root):
  """A packed actor of two clips, one with both modalities, and one who sings."""
  shown = faces.moving_face(5, 72, 128, number=1)
  for modality in ('01', '02'):
    ravdess.write_clip(root, modality, ONE, shown)
  ravdess.write_clip(root, '01', OTHER, shown[::-1])
  packed = ravdess.pack(root, '01')
  ravdess.write_names(root, ['02-03-02-01-01-02'])
  ravdess.pack(root, '02', 'Song')
  return packed, shown


def test_zips_are_unpacked_as_far_as_needed_and_removed_again(tmp_path):
  root = tmp_path / 'raw'
  packed, shown = packed_copy(root)
  found = find(root, tmp_path)
  unpacked = [clip.recording.paths[0] for clip in found.clips]
  assert [path.name for path in unpacked] == [f'01-{OTHER}.mp4', f'02-{ONE}.mp4']
  assert sorted(unpacked[0].parent.iterdir()) == sorted(unpacked)
  before = [path.stat() for path in unpacked]
  unpacked[1].write_bytes(b'cut')  # as after a stop
  find(root, tmp_path)
  after = [path.stat() for path in unpacked]
  assert after[0].st_ino == before[0].st_ino
  for one, other in zip(before, after, strict=True):  # so that work on them continues
    assert (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
  builder = prepare(root, tmp_path, parts='five')
  examples = {e['clip'].decode(): e for e in builder.as_data_source('data')}
  assert examples.keys() == {ONE, OTHER}
  levels = examples[ONE]['frames'].mean(axis=(1, 2, 3))
  np.testing.assert_allclose(levels, shown.mean(axis=(1, 2, 3)), atol=4)
  assert len(builder.info.metadata['subject_folds']) == 5
  assert not list(tmp_path.rglob('unfinished*'))
  assert sorted(path.name for path in root.iterdir()) == sorted(
    [packed.name, 'Video_Song_Actor_02.zip']
  )
  with pytest.raises(InputError, match=r'prepared with .*--parts=five'):
    prepare(root, tmp_path)


def test_a_zip_beside_its_files_is_not_unpacked(tmp_path):
  root = tmp_path / 'raw'
  packed, _ = packed_copy(root)
  shutil.unpack_archive(packed, root)
  found = find(root, tmp_path)
  assert {clip.recording.paths[0].parent for clip in found.clips} == {root / 'Actor_01'}
  assert not list((tmp_path / 'data').rglob('*.mp4'))


@pytest.mark.parametrize('is_cut', [True, False])
def test_a_damaged_zip_is_named(tmp_path, is_cut):
  root = tmp_path / 'raw'
  packed, _ = packed_copy(root)
  data = bytearray(packed.read_bytes())
  with zipfile.ZipFile(packed) as opened:
    inside = opened.getinfo(f'Actor_01/02-{ONE}.mp4').header_offset + 200
  data[inside] ^= 255
  packed.write_bytes(data[:inside] if is_cut else data)
  with pytest.raises(InputError, match=r'Actor_01\.zip: cannot be unpacked'):
    find(root, tmp_path)


def test_a_zip_of_zips_is_named(tmp_path):
  root = tmp_path / 'raw'
  packed_copy(root)
  shutil.make_archive(str(tmp_path / '1188976'), 'zip', root)
  shutil.move(tmp_path / '1188976.zip', root)
  with pytest.raises(
    InputError, match=r'1188976\.zip: holds further zips, such as Video'
  ):
    find(root, tmp_path)


def test_a_zip_that_is_a_pointer_is_named(tmp_path):
  root = tmp_path / 'raw'
  root.mkdir()
  (root / 'Video_Speech_Actor_01.zip').write_text(crema_d.POINTER)
  with pytest.raises(InputError, match=r'Actor_01\.zip: a pointer of Git LFS'):
    find(root, tmp_path)


def test_a_folder_of_something_else_is_refused(whole, tmp_path):
  root = tmp_path / 'raw'
  ravdess.path_of(root, '03', ONE, 'wav').touch()
  with pytest.raises(
    InputError, match=r'no video of RAVDESS, speech\. Download Video_'
  ):
    find(root, tmp_path)
  ravdess.write_names(root, ['02-03-02-01-01-02'])
  with pytest.raises(InputError, match='no video of RAVDESS, speech'):
    find(root, tmp_path)
