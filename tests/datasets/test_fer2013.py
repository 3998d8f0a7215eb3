"""FER2013: its two forms, its copies and its votes, on copies as they are passed on."""

import csv
import zipfile

import numpy as np
import pytest
from fakes import fer2013

from stc_jax.data import preparation
from stc_jax.datasets.fer2013 import picture_folders, pixel_table, stills
from stc_jax.datasets.fer2013.fer2013_dataset_builder import Builder
from stc_jax.errors import InputError

TEXT = fer2013.text_of(np.zeros((48, 48), np.uint8))


def find(root, tmp_path, config='fer2013', **options):
  builder = Builder(config=config, data_dir=tmp_path / 'data', options=options)
  return builder.find(root)


def prepare(root, tmp_path, config='', **options):
  given = {'allow_partial': True} | options
  return preparation.prepare(
    'fer2013', config, str(tmp_path / 'data'), str(root), options=given
  )


def report(builder):
  path = builder.data_path / 'preparation_report.csv'
  rows = csv.DictReader(path.read_text(encoding='utf-8').splitlines())
  return {row['clip']: row['action'] for row in rows}


def examples(builder):
  return {
    split: {e['clip'].decode(): e for e in builder.as_data_source(split)}
    for split in builder.info.splits
  }


@pytest.mark.parametrize('name', fer2013.HEADERS)
def test_a_table_reads_back_as_written(name, tmp_path):
  rows = fer2013.rows_of(1)
  fer2013.write_table(tmp_path / 'raw' / 'wrapper', rows, name)
  builder = prepare(tmp_path / 'raw', tmp_path)
  assert builder.info.features['label'].names == list(stills.CLASSES)
  found = examples(builder)
  assert {split: len(of) for split, of in found.items()} == {
    'train': 7,
    'validation': 7,
    'test': 7,
  }
  for number, (emotion, gray, usage) in enumerate(rows, 1):
    one = found[pixel_table.SPLITS[usage]][f'row{number:05d}']
    colours = np.repeat(gray[None, ..., None], 3, axis=-1)
    np.testing.assert_array_equal(one['frames'], colours)
    assert one['label'] == emotion
  subjects = {e['subject'] for of in found.values() for e in of.values()}
  assert len(subjects) == len(rows)


def test_bad_rows_are_named_by_their_lines(tmp_path):
  rows = [
    (0, TEXT, 'Training'),
    (1, TEXT[2:], 'Training'),
    (1, f'{TEXT} 0', 'Training'),
    (1, f'256{TEXT[1:]}', 'Training'),
    (1, f'-1{TEXT[1:]}', 'Training'),
    (1, f'0.5{TEXT[1:]}', 'Training'),
    (1, TEXT.replace(' ', '\t', 1), 'Training'),
    (1, '', 'Training'),
    (7, TEXT, 'Training'),
    ('', TEXT, 'Training'),
    (2, TEXT, 'Testing'),
  ]
  path = fer2013.write_table(tmp_path, rows, 'fer2013.csv')
  with path.open('a', encoding='ascii') as file:
    file.write('\n3,1 2 3\n')
  found = find(tmp_path, tmp_path)
  assert [clip.key for clip in found.clips] == ['row00001']
  words = (
    'line 3: 2303 pixels, not 48 x 48',
    'line 4: 2305 pixels, not 48 x 48',
    'line 5: pixel 256 is no number in 0 to 255',
    "line 6: pixel '-1' is no number in 0 to 255",
    "line 7: pixel '0.5' is no number in 0 to 255",
    r"line 8: pixel '0\t0' is no number in 0 to 255",
    'line 9: 0 pixels, not 48 x 48',
    "line 10: emotion '7' is not one of 0 to 6",
    "line 11: emotion '' is not one of 0 to 6",
    "line 12: Usage 'Testing' is not one of Training, PublicTest, PrivateTest",
    'line 14: fewer columns than line 1',
  )
  assert [reason for _, reason in found.bad] == [f'{path}, {word}' for word in words]
  with pytest.raises(InputError, match=r'line 3: 2303 .*--max_bad_clips=11'):
    prepare(tmp_path, tmp_path)


def test_a_table_of_other_columns_is_refused(tmp_path):
  pointer = 'version https://git-lfs.github.com/spec/v1\n'
  for text in ('', 'emotion,pixels\n0,1\n', '\0\xff' * 90_000, pointer):
    path = tmp_path / 'fer2013.csv'
    path.write_bytes(text.encode('latin-1'))
    with pytest.raises(
      InputError, match=r'fer2013\.csv: (no column|an empty|a pointer)'
    ):
      find(tmp_path, tmp_path)


def test_a_table_that_changes_while_it_is_read_is_refused(tmp_path):
  path = fer2013.write_table(tmp_path, fer2013.rows_of(1))
  clip = find(tmp_path, tmp_path).clips[-1]
  path.write_bytes(path.read_bytes()[40:])
  with pytest.raises(InputError, match=r'icml_face_data\.csv, line 22: has changed'):
    list(clip.recording.frames())


@pytest.mark.parametrize('numbered', [False, True])
def test_folders_of_names_and_of_numbers(tmp_path, numbered):
  root = tmp_path / 'archive'
  for emotion in range(7):
    for split in ('train', 'test'):
      gray = fer2013.picture(emotion + 10 * (split == 'test'), emotion)
      args = (split, emotion, f'{split}_1.png', gray, numbered)
      fer2013.write_picture(root, *args)
  path = root / 'train' / ('1' if numbered else 'disgust') / 'cut.jpg'
  path.write_bytes(b'\xff\xd8\xff')
  (path.parent / 'notes.txt').write_text('x')
  (root / 'train' / 'happy copies').mkdir()
  (root / 'validation' / '3').mkdir(parents=True)
  found = find(tmp_path, tmp_path)
  assert [(c.split, c.label) for c in found.clips] == [
    (split, label)
    for split in ('test', 'train')
    for label in sorted(stills.CLASSES, key=order(numbered))
  ]
  assert {key.rpartition('/')[2] for key, _ in found.bad} == {'cut.jpg', 'notes.txt'}
  assert 'train/happy copies is not known' in found.gaps
  assert 'validation is not known' in found.gaps
  assert 'test, anger: 1 pictures, the whole has 958' in found.gaps
  assert 'train, disgust: 2 pictures, the whole has 436' in found.gaps


def order(numbered):
  if numbered:
    return stills.CLASSES.index
  return lambda label: fer2013.FOLDERS[stills.CLASSES.index(label)]


def test_counts_of_the_whole_and_added_pictures(tmp_path, monkeypatch):
  assert [sum(counts) for counts in stills.COUNTS.values()] == [28_709, 3589, 3589]
  for split, usage in zip(stills.COUNTS, fer2013.USAGES, strict=True):
    assert stills.COUNTS[split] == fer2013.COUNTS[usage]
  monkeypatch.setattr(stills, 'COUNTS', dict.fromkeys(stills.COUNTS, (1,) * 7))
  rows = fer2013.rows_of(1)
  fer2013.write_table(tmp_path, rows)
  assert find(tmp_path, tmp_path).gaps == []
  fer2013.write_table(tmp_path, [*rows[1:], (1, TEXT, 'Training')])
  assert find(tmp_path, tmp_path).gaps == [
    'train, anger: 0 pictures, the whole has 1',
    'train, disgust: 2 pictures, the whole has 1; others were added',
  ]


def test_copies_leave_training_and_doubtful_labels_are_named(tmp_path, capsys):
  one, two, three = (fer2013.picture(number) for number in (1, 2, 3))
  fer2013.write_table(
    tmp_path / 'raw',
    [
      (0, one, 'Training'),  # a copy of a test picture, whatever its label
      (0, two, 'Training'),  # of one of validation
      (3, three, 'Training'),
      (4, three, 'Training'),  # within a split, under two labels
      (0, two, 'PublicTest'),
      (1, one, 'PublicTest'),  # in both tests
      (1, one, 'PrivateTest'),
    ],
  )
  builder = prepare(tmp_path / 'raw', tmp_path)
  found = examples(builder)
  assert {split: sorted(of) for split, of in found.items()} == {
    'train': ['row00003', 'row00004'],
    'validation': ['row00005', 'row00006'],
    'test': ['row00007'],
  }
  rows = report(builder)
  assert rows['row00001'] == 'passed over: equals row00007 of test'
  assert rows['row00002'] == 'passed over: equals row00005 of validation'
  said = capsys.readouterr().out
  assert 'note: 2 pictures of train are left out: copies of test ones' in said
  assert 'note: validation and test share pictures: row00006 equals row00007' in said
  assert 'warning: row00003; row00004 show the same frames under different' in said


def test_a_table_comes_before_folders_and_other_tables(tmp_path):
  rows = fer2013.rows_of(1)
  for name in fer2013.HEADERS:
    path = fer2013.write_table(tmp_path / 'a', rows, name)
  fer2013.write_picture(tmp_path / 'b', 'train', 0, '1.png', rows[0][1], False)
  found = find(tmp_path, tmp_path)
  assert len(found.clips) == len(rows)
  used, other = path.with_name('fer2013.csv'), path.with_name('icml_face_data.csv')
  folders = tmp_path / 'b'
  assert found.notes == [
    f'{used} is read, {other} and {folders / "train"} and {folders / "test"} not'
  ]
  fer2013.write_table(tmp_path / 'c', rows)
  with pytest.raises(
    InputError, match=r'icml_face_data\.csv, twice; leave one of them'
  ):
    find(tmp_path, tmp_path)
  with pytest.raises(InputError, match='no table or folders of FER2013'):
    find(tmp_path / 'b' / 'train' / 'angry', tmp_path)


def test_tables_in_zips_are_unpacked(tmp_path):
  root = tmp_path / 'raw'
  write_ferplus(tmp_path / 'a')
  root.mkdir()
  for name in ('fer2013.csv', 'fer2013new.csv'):
    with zipfile.ZipFile(root / f'{name}.zip', 'w', zipfile.ZIP_DEFLATED) as packed:
      packed.write(tmp_path / 'a' / name, f'inner/{name}')
  builder = prepare(root, tmp_path, 'ferplus')
  assert sorted(examples(builder)['train']) == ['row00001']
  fer2013.write_table(root, fer2013.rows_of(1))
  found = find(root, tmp_path)
  assert {clip.recording.paths[0].parent for clip in found.clips} == {root}


VOTED = [
  ('Training', 'fer0000000.png', {'happiness': 6, 'neutral': 4}),
  ('Training', '', {'NF': 10}),
  ('Training', 'fer0000002.png', {'NF': 8, 'anger': 2}),
  ('Training', 'fer0000003.png', {'unknown': 5, 'contempt': 4}),
  ('Training', 'fer0000004.png', {'sadness': 5, 'anger': 5}),
  ('PublicTest', 'fer0000005.png', {'contempt': 9, 'NF': 1}),
  ('PrivateTest', 'fer0000006.png', {'fear': 10}),
]


def write_ferplus(root, voted=VOTED):
  grays = map(fer2013.picture, range(len(voted)))
  rows = [(0, gray, row[0]) for gray, row in zip(grays, voted, strict=True)]
  fer2013.write_table(root, rows, 'fer2013.csv')
  return fer2013.write_votes(root, voted)


def test_ferplus_gives_labels_by_majority(tmp_path):
  write_ferplus(tmp_path)
  found = find(tmp_path, tmp_path, 'ferplus')
  labels = {clip.key: (clip.split, clip.label) for clip in found.clips}
  assert labels == {
    'row00001': ('train', 'happiness'),
    'row00006': ('validation', 'contempt'),
    'row00007': ('test', 'fear'),
  }
  assert dict(found.passed_over) == {
    'row00002': 'no image name',
    'row00003': 'no face',
    'row00004': 'unknown',
    'row00005': 'a tie: sadness and anger',
  }
  assert found.notes == [
    '4 pictures are left out by their votes: no image name 1, no face 1, unknown 1, '
    'a tie 1'
  ]
  found = find(tmp_path, tmp_path, 'ferplus', ties='first')
  assert {clip.key: clip.label for clip in found.clips}['row00005'] == 'sadness'
  builder = prepare(tmp_path, tmp_path, 'ferplus', ties='first')
  assert builder.info.features['label'].names == [*stills.CLASSES, 'contempt']
  with pytest.raises(InputError, match=r'--ties=first, not with .* --ties=leave_out'):
    prepare(tmp_path, tmp_path, 'ferplus')
  with pytest.raises(InputError, match='--ties: only goes with'):
    find(tmp_path, tmp_path, ties='first')


def test_votes_of_other_rows_are_refused(tmp_path):
  path = write_ferplus(tmp_path)
  text = path.read_text()
  path.write_text(text.replace('6,0', 'six,0', 1))
  (bad,) = find(tmp_path, tmp_path, 'ferplus').bad
  assert bad == ('row00001', f"{path}, line 2: 'six' is no number of votes")
  for other, words in {
    text.rpartition('PrivateTest')[0]: r'6 rows, but \S+fer2013\.csv has 7;',
    text.replace('PublicTest', 'Training'): "Usage of row00006 is 'Training', but",
    text.replace(',NF', ',NoFace'): 'no column nf in its first line',
  }.items():
    path.write_text(other)
    with pytest.raises(InputError, match=words):
      find(tmp_path, tmp_path, 'ferplus')
  path.unlink()
  with pytest.raises(InputError, match=r'no fer2013new\.csv'):
    find(tmp_path, tmp_path, 'ferplus')


def test_ferplus_needs_a_table(tmp_path):
  fer2013.write_picture(tmp_path, 'train', 0, '1.png', fer2013.picture(1), False)
  assert picture_folders.is_split(tmp_path / 'train')
  with pytest.raises(InputError, match=r'no table of FER2013\. Download'):
    find(tmp_path, tmp_path, 'ferplus')
