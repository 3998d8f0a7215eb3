"""The builder of CREMA-D, on copies in the owners' layout."""

import collections
import itertools
import re
import shutil

import numpy as np
import pytest
from fakes import crema_d, faces

from stc_jax.data import preparation
from stc_jax.datasets.crema_d import crema_d_dataset_builder
from stc_jax.errors import InputError

ONE = '1001_DFA_ANG_XX'
FLASH = 'FLV'  # any content: `find` reads only the beginning


def find(root, tmp_path, config='intended', **options):
  builder = crema_d_dataset_builder.Builder(
    config=config, data_dir=tmp_path / 'data', options=options
  )
  return builder.find(root)


def prepare(root, tmp_path, config='', **options):
  given = {'align': 'none', 'allow_partial': True} | options
  data_dir = str(tmp_path / 'data')
  return preparation.prepare('crema_d', config, data_dir, str(root), options=given)


def labels(builder):
  names = builder.info.features['label'].names
  examples = builder.as_data_source('data')
  return {e['clip'].decode(): names[e['label']] for e in examples}


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
  """All 7,442 names, one of them in lower case, in a folder within a folder."""
  root = tmp_path_factory.mktemp('whole')
  folder = crema_d.write_names(root, FLASH)
  (folder / f'{ONE}.flv').rename(folder / f'{ONE}.flv'.lower())
  crema_d.add_sound(root)
  votes = dict.fromkeys(crema_d.names(), 'N') | {ONE: 'A:D', '1001_DFA_DIS_XX': 'F:N'}
  crema_d.write_tables(root, votes)
  return root


def test_the_whole_has_the_owners_counts(whole, tmp_path):
  assert len(crema_d.names()) == crema_d.CLIPS
  found = find(whole, tmp_path)
  assert not found.gaps
  assert not found.bad
  assert len(found.clips) == crema_d.USABLE
  counts = collections.Counter(clip.key.split('_')[2] for clip in found.clips)
  left_out = collections.Counter(name.split('_')[2] for name in crema_d.UNUSABLE)
  assert counts + left_out == crema_d.COUNTS
  by_actor = collections.Counter(clip.subject for clip in found.clips)
  assert len(by_actor) == 91
  fewer = {'1002': 81, '1008': 76, '1009': 76, '1019': 76, '1064': 80, '1076': 79}
  assert {actor: n for actor, n in by_actor.items() if n != 82} == fewer
  one = next(clip for clip in found.clips if clip.key == ONE)
  assert (one.label, one.recording.paths[0].name) == ('anger', f'{ONE}.flv'.lower())
  passed_over = dict(found.passed_over)
  assert passed_over.keys() > {*crema_d.UNUSABLE, '1002_TIE_NEU_XX', '1008_WSI_SAD_XX'}
  assert len(passed_over) == 24


def test_its_parts_have_each_actor_once(whole, tmp_path):
  builder = crema_d_dataset_builder.Builder(data_dir=tmp_path)
  parts = builder.metadata()['subject_folds']
  assert [len(part) for part in parts] == [18, 18, 18, 18, 19]
  actors = {clip.subject for clip in find(whole, tmp_path).clips}
  assert sorted(itertools.chain(*parts)) == sorted(actors)


def test_what_is_missing_is_named(tmp_path):
  wanted = [name for name in crema_d.names() if not name.startswith('1091_IEO')]
  folder = crema_d.write_names(tmp_path / 'raw', FLASH, wanted)
  (folder / '1001_DFA_ANG_HI.flv').write_text(FLASH)
  (folder / 'holiday.mp4').write_text(FLASH)
  with pytest.raises(InputError, match='not the whole database: 1091_IEO_ANG_HI') as e:
    prepare(tmp_path / 'raw', tmp_path, allow_partial=False)
  assert '; and 13 more (all in' in str(e.value)
  assert '\n' not in str(e.value)
  found = find(tmp_path / 'raw', tmp_path)
  assert len(found.gaps) == 16
  assert found.passed_over[:2] == [
    ('1001_DFA_ANG_HI.flv', 'not a clip of CREMA-D'),
    ('holiday.mp4', 'not a clip of CREMA-D'),
  ]


@pytest.mark.parametrize('packed', [False, True])
def test_a_copy_of_pointers_is_one_line_with_the_remedy(tmp_path, packed):
  root = tmp_path / 'raw'
  names = [ONE, '1001_DFA_DIS_XX', '1001_DFA_FEA_XX']
  crema_d.write_names(root, crema_d.POINTER, names)
  if packed:
    crema_d.pack(root)
  with pytest.raises(InputError) as told:
    prepare(root, tmp_path)
  line = str(told.value)
  assert f'{ONE}.flv: a pointer of Git LFS' in line
  assert 'so are 2 other files; run `git lfs install && git lfs pull`' in line
  assert '\n' not in line


def test_some_pointers_are_named_and_a_video_in_place_of_one_is_taken(tmp_path):
  root = tmp_path / 'raw'
  folder = crema_d.write_names(root, FLASH)
  for name in (ONE, '1001_DFA_DIS_XX', '1001_DFA_FEA_XX', crema_d.UNUSABLE[0]):
    (folder / f'{name}.flv').write_text(crema_d.POINTER)
  (folder / f'{ONE}.mp4').write_text('a video')
  found = find(root, tmp_path)
  first, second = found.gaps
  assert f'{folder / "1001_DFA_DIS_XX.flv"}: a pointer' in first
  assert 'so are 1 other files' in first
  assert second == '1001_DFA_FEA_XX.flv is a pointer of Git LFS'
  assert found.clips[0].recording.paths[0].name == f'{ONE}.mp4'


def test_flash_comes_first_and_repeats_are_refused(tmp_path):
  root = tmp_path / 'raw'
  folder = crema_d.write_names(root, FLASH, [ONE, '1001_DFA_DIS_XX'])
  (folder / f'{ONE}.mp4').write_text('a video')
  (root / 'again').mkdir()
  shutil.copy(folder / '1001_DFA_DIS_XX.flv', root / 'again')
  found = find(root, tmp_path)
  paths = [clip.recording.paths[0].suffix for clip in found.clips]
  assert paths == ['.flv'] * 3
  assert (f'{ONE}.mp4', f'{ONE}.flv, the same clip, is taken') in found.passed_over
  crema_d.write_clip(root, ONE, faces.moving_face(2, 24, 32, 1))
  with pytest.raises(InputError, match=r'DIS_XX\.flv: there 2 times; leave one'):
    prepare(root, tmp_path)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
  folder = crema_d.write_names(tmp_path / 'raw', FLASH, [ONE])
  (tmp_path / 'away.flv').write_text(FLASH)
  (folder / '1001_DFA_DIS_XX.flv').symlink_to(tmp_path / 'away.flv')
  ((key, reason),) = find(tmp_path / 'raw', tmp_path).bad
  assert key == '1001_DFA_DIS_XX'
  assert 'a link that leads out of' in reason


def test_people_without_sound_decide_the_label(tmp_path, capsys):
  root = tmp_path / 'raw'
  votes = {ONE: 'D', '1001_DFA_DIS_XX': 'D:N', '1001_DFA_FEA_XX': 'A:D:N'}
  for number, name in enumerate(votes):
    crema_d.write_clip(root, name, faces.moving_face(3, 36, 48, number))
  crema_d.write_tables(root, votes)
  left_out = prepare(root, tmp_path, 'face_vote')
  assert labels(left_out) == {ONE: 'disgust'}
  # Of the two ties and the 24 clips that no copy has, or has in good order.
  assert '26 not of this set' in capsys.readouterr().out
  report = (left_out.data_path / 'preparation_report.csv').read_text()
  assert 'passed over: people saw disgust and neutral equally often' in report
  with pytest.raises(InputError, match=r'prepared with .*--ties=leave_out'):
    prepare(root, tmp_path, 'face_vote', ties='intended')
  decided = prepare(root, tmp_path / 'other', 'face_vote', ties='intended')
  assert labels(decided) == {ONE: 'disgust', '1001_DFA_DIS_XX': 'disgust'}
  assert {*labels(prepare(root, tmp_path)).values()} == {'anger', 'disgust', 'fear'}
  with pytest.raises(InputError, match='--ties: only goes with'):
    prepare(root, tmp_path, ties='intended')


def test_ties_of_a_whole_copy_are_counted(whole, tmp_path):
  found = find(whole, tmp_path, 'face_vote')
  assert len(found.clips) == crema_d.USABLE - 2
  assert (ONE, 'people saw anger and disgust equally often') in found.passed_over
  found = find(whole, tmp_path, 'face_vote', ties='intended')
  assert len(found.clips) == crema_d.USABLE - 1


@pytest.mark.parametrize(
  ('damage', 'said'),
  [
    (lambda table: table.unlink(), 'no table summaryTable.csv'),
    (lambda table: table.write_text('a,b\n1,2\n'), 'no columns FileName and FaceVote'),
    (lambda table: table.write_bytes(b'\xff\xfe\xff'), 'cannot be read as a table'),
    (lambda table: table.write_text(crema_d.POINTER), 'a pointer of Git LFS'),
    (
      lambda table: table.write_text(table.read_text().replace('"A"', '"X"')),
      r"line 2 should state letters of ADFHNS joined by a colon, not 'X'",
    ),
    (
      lambda table: table.write_text(re.sub('"1".*\n', '', table.read_text())),
      f'no row of {ONE}; download',
    ),
  ],
)
def test_a_table_that_is_none_is_named(tmp_path, damage, said):
  root = tmp_path / 'raw'
  crema_d.write_names(root, FLASH, [ONE])
  damage(crema_d.write_tables(root, {ONE: 'A', '1001_DFA_DIS_XX': 'D'}))
  with pytest.raises(InputError, match=said):
    find(root, tmp_path, 'face_vote')


def test_clips_of_a_packed_copy_are_read(tmp_path):
  root = tmp_path / 'raw'
  shown = faces.moving_face(6, 72, 96, number=3)
  crema_d.write_clip(root, ONE, shown)
  crema_d.write_clip(root, '1002_IEO_NEU_XX', shown[::-1], '.mp4')
  crema_d.write_tables(root, {ONE: 'A', '1002_IEO_NEU_XX': 'N'})
  crema_d.pack(root)
  builder = prepare(root, tmp_path, 'face_vote')
  examples = {e['clip'].decode(): e for e in builder.as_data_source('data')}
  assert labels(builder) == {ONE: 'anger', '1002_IEO_NEU_XX': 'neutral'}
  assert examples[ONE]['fps'] == 30
  assert examples[ONE]['subject'] == b'1001'
  levels = examples[ONE]['frames'].mean(axis=(1, 2, 3))
  np.testing.assert_allclose(levels, shown.mean(axis=(1, 2, 3)), atol=4)
  assert len(builder.info.metadata['subject_folds']) == 5
  assert not list(tmp_path.rglob('unfinished*'))


def test_a_folder_of_something_else_is_refused(tmp_path):
  crema_d.add_sound(tmp_path / 'raw')
  with pytest.raises(InputError, match=r'no video of CREMA-D\. Clone https'):
    find(tmp_path / 'raw', tmp_path)
