"""Several prepared sets as one."""

import dataclasses
from collections import Counter

import clip_sets
import numpy as np
import pytest
from fakes import labelled_sets

from stc_jax.data import catalogue, joining, protocols, reading
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.labelled_set import LabelledSet
from stc_jax.errors import InputError
from stc_jax.tasks.classification import Classification

SIZE = dataclasses.replace(clip_sets.INPUT, training_sampling='jittered')
RENAMED = {'happy': 'happiness', 'calm': 'neutral', 'contempt': ''}
MTCNN = {'align': 'mtcnn', 'roll': 'keep', 'smooth': '0.0', 'max_gap': '5'}
SETS = {
  'one': (('contempt', 'happiness', 'surprise'), {'fps': 30.0, 'subjects': 5}),
  'two': (('calm', 'happy'), {'side': 24}),
  'three/own': (('surprise', 'neutral'), {'metadata': {'recipe': MTCNN}}),
}
PROTOCOL = protocols.ProtocolConfig(
  kind='folds', folds=3, repeats=2, unit='subject', seed=0
)


@pytest.fixture(scope='module')
def builders(tmp_path_factory):
  """Sets of other classes, rates, sizes and recipes, with equal names of subjects."""
  folder = tmp_path_factory.mktemp('sets')
  return {
    name: labelled_sets.prepared(
      folder, name.title().replace('/', ''), classes, **fields
    )
    for name, (classes, fields) in SETS.items()
  }


@pytest.fixture(scope='module')
def joined(builders):
  return reading.read(LabelledSet(builders, RENAMED), SIZE)


def records(builder):
  names = builder.info.features['label'].names
  for record in builder.as_data_source('data'):
    yield record, names[record['label']]


def test_a_joined_set_of_one_has_the_arrays_of_the_set(builders):
  alone = reading.read(builders['one'], SIZE)
  again = reading.read(LabelledSet({'one': builders['one']}), SIZE)
  assert alone.databases == alone.origins == ()
  assert set(again.databases) == {'one'}
  for field in dataclasses.fields(alone):
    left, right = getattr(alone, field.name), getattr(again, field.name)
    if isinstance(left, np.ndarray):
      np.testing.assert_array_equal(left, right)
    elif field.name in ('subjects', 'clips'):
      assert tuple(f'one/{name}' for name in left) == right
  same = ('names', 'splits', 'alignment', 'black_sides', 'name')
  assert all(getattr(alone, name) == getattr(again, name) for name in same)


def test_classes_are_mapped_and_every_clip_is_counted(builders, joined):
  assert joined.names == ('happiness', 'neutral', 'surprise')
  wanted, originals = Counter(), Counter()
  for name, builder in builders.items():
    for record, label in records(builder):
      originals[name, label] += 1
      if RENAMED.get(label, label):
        wanted[name, record['clip'].decode(), RENAMED.get(label, label)] += 1
  found = Counter(
    (database, clip.removeprefix(f'{database}/'), joined.names[target])
    for database, clip, target in zip(
      joined.databases, joined.clips, joined.targets, strict=True
    )
  )
  assert found == wanted
  assert not any(label == 'contempt' for _, _, label in found)
  said = {
    (origin.database, original): (name, count)
    for origin in joined.origins
    for original, name, count in origin.classes
  }
  assert said == {
    key: (RENAMED.get(key[1], key[1]), count) for key, count in originals.items()
  }
  assert [origin.fps for origin in joined.origins] == [30.0, 25.0, 25.0]


def test_the_pixels_of_a_clip_are_those_of_its_set(builders, joined):
  own = reading.read(builders['three/own'], SIZE)
  place = {clip: number for number, clip in enumerate(joined.clips)}
  for number, clip in enumerate(own.clips):
    shown = joined.frames[joined.windows[place[f'three/own/{clip}']]]
    np.testing.assert_array_equal(shown, own.frames[own.windows[number]])
  assert joined.frames.shape[1:] == (SIZE.height, SIZE.width, 3)
  assert joined.alignment == reading.read(builders['one'], SIZE).alignment
  assert joined.black_sides == 0


def test_no_subject_is_on_both_sides_and_equal_names_are_other_people(joined):
  subjects = np.array(joined.subjects)
  assert len(set(subjects)) == 5 + 4 + 4
  for trial in protocols.trials(joined, PROTOCOL):
    assert not set(subjects[trial.train]) & set(subjects[trial.test])
  names = np.array(joined.databases)
  assert all(s.startswith(f'{n}/') for s, n in zip(subjects, names, strict=True))


def test_each_database_is_tested_once_and_not_trained_on(joined):
  databases = np.array(joined.databases)
  protocol = dataclasses.replace(PROTOCOL, kind='databases')
  made = protocols.trials(joined, protocol)
  assert [t.name for t in made] == ['0-0', '0-1', '0-2', '1-0', '1-1', '1-2']
  for repeat in range(2):
    tested = [t for t in made if t.repeat == repeat]
    assert [set(databases[t.test]) for t in tested] == [{n} for n in sorted(SETS)]
    every = np.sort(np.concatenate([t.test for t in tested]))
    np.testing.assert_array_equal(every, np.arange(len(joined)))
  for trial in made:
    assert not set(databases[trial.train]) & set(databases[trial.test])
    both = np.sort(np.concatenate([trial.train, trial.test]))
    np.testing.assert_array_equal(both, np.arange(len(joined)))
    Classification().check_trial(joined, trial)
  with pytest.raises(InputError, match=r"'databases' tests each of several"):
    protocols.trials(clip_sets.random(), protocol)
  (all_in_one,) = protocols.trials(joined, dataclasses.replace(PROTOCOL, kind='all'))
  assert len(all_in_one.train) == len(joined)
  for kind in ('given', 'fixed'):
    with pytest.raises(InputError, match=f"protocol.kind: '{kind}'"):
      protocols.trials(joined, dataclasses.replace(PROTOCOL, kind=kind))


def test_what_differs_between_sets_is_said(builders, joined):
  databases = dataclasses.replace(PROTOCOL, kind='databases')
  rates, faces = joining.notes(joined, protocols.trials(joined, PROTOCOL), 0.0)
  assert 'one 30, two 25, three/own 25 Hz' in rates
  assert '--config.input.frame_rate=25' in rates
  assert 'align: one none, two none, three/own mtcnn' in faces
  (still,) = joining.notes(joined, [], 10.0)
  assert still == faces
  pair = reading.read(LabelledSet({n: builders[n] for n in ('one', 'two')}), SIZE)
  *_, one, two = joining.notes(pair, protocols.trials(pair, databases), 25.0)
  assert 'that tests one is of class contempt, happiness, surprise' in one
  assert 'that tests two is of class calm, happy' in two
  same = {'ravdess/speech': builders['one'], 'ravdess/song': builders['one']}
  (twice,) = joining.notes(reading.read(LabelledSet(same), SIZE), [], 0.0)
  assert 'ravdess/speech and ravdess/song are all of ravdess' in twice
  alone = reading.read(builders['one'], SIZE)
  assert not list(joining.notes(alone, protocols.trials(alone, PROTOCOL), 0.0))


def test_the_fingerprint_sees_sets_and_classes(builders, joined):
  prints = {joined.fingerprint}
  for names, renamed in ((('one', 'two'), RENAMED), (tuple(SETS), {})):
    other = LabelledSet({name: builders[name] for name in names}, renamed)
    prints.add(reading.read(other, SIZE).fingerprint)
  assert len(prints) == 3
  assert reading.read(LabelledSet(builders, RENAMED), SIZE).fingerprint in prints


def test_a_share_at_rest_is_cut_from_every_kept_clip(builders, joined):
  pair = LabelledSet({n: builders[n] for n in ('one', 'two')}, RENAMED | {'calm': ''})
  more = reading.read(pair, SIZE, neutral_share=0.5)
  assert Counter(more.at_rest.tolist()) == {True: len(more) // 2, False: len(more) // 2}
  assert more.names == ('happiness', 'surprise', 'neutral')
  with pytest.raises(InputError, match="has a class 'neutral' of its own"):
    reading.read(LabelledSet(builders, RENAMED), SIZE, neutral_share=0.5)


def test_what_cannot_be_joined_is_told_in_one_line(builders, monkeypatch, tmp_path):
  def dataset(*names, classes=()):
    return DatasetConfig('', '', 'last', 0.0, names, classes)

  missing = dataset('ck_plus', 'clip_folder/mine')
  with pytest.raises(InputError, match='prepare --dataset=ck_plus'):
    joining.opened(missing, str(tmp_path))
  by_name = {'mmi': builders['one'], 'ck_plus': builders['two']}
  by_name['clip_folder'] = builders['one']
  monkeypatch.setattr(
    catalogue, 'prepared_builder', lambda name, config, data_dir: by_name[name]
  )
  for wrong, naming in (
    (dataset('mmi', 'clip_folder'), 'mmi and clip_folder are the same set, one/'),
    (dataset('mmi', 'ck_plus', classes=(('hapy', 'joy'),)), "did you mean 'happy'"),
    (dataset('mmi', 'ck_plus', classes=(('x', 'y'),)), 'they have calm, contempt'),
    (
      dataset('mmi', 'ck_plus', classes=(('calm', ''), ('happy', ''))),
      'leaves out every class of ck_plus',
    ),
  ):
    with pytest.raises(InputError, match=naming):
      joining.opened(wrong, '')
  right = dataset('mmi', 'ck_plus', classes=(('happy', 'happiness'),))
  assert joining.opened(right, '').classes[:2] == ('calm', 'contempt')


@pytest.mark.parametrize(
  ('fields', 'naming'),
  [
    ({'name': 'mmi', 'names': ('ck_plus',)}, r'^names: .* must stand alone'),
    ({'builder_config': 'x', 'names': ('ck_plus',)}, r'^builder_config: .* be empty'),
    ({'names': ('a/b/c',)}, r'^names: .* must be such as'),
    ({'names': ('a', 'a')}, r'^names: .* must name each set once'),
    ({'name': 'mmi', 'classes': (('a', 'b'),)}, r'^classes: .* it is of joined sets'),
    ({'name': 'mmi', 'balanced': True}, r'^balanced: .* it is of joined sets'),
    ({'names': ('a',), 'classes': (('b', 'c'), ('b', ''))}, r'^classes: .* once'),
  ],
)
def test_a_bad_field_of_joined_sets_is_named(fields, naming):
  plain = {'name': '', 'builder_config': '', 'strongest_frame': 'last'}
  with pytest.raises(InputError, match=naming):
    DatasetConfig(**plain | {'neutral_share': 0.0} | fields)
