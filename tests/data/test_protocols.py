import csv
import dataclasses
import functools
import io

import clip_sets
import numpy as np
import pytest

from stc_jax.data import folds, protocols
from stc_jax.errors import InputError
from stc_jax.tasks.classification import Classification

PROTOCOL = protocols.ProtocolConfig(
  kind='folds', folds=5, repeats=4, unit='subject', seed=0
)


def test_no_subject_is_on_both_sides_and_every_clip_is_tested_once_a_repeat():
  clip_set = clip_sets.random(subjects=12)
  subjects = np.array(clip_set.subjects)
  made = protocols.trials(clip_set, PROTOCOL)
  assert len(made) == 20
  for trial in made:
    assert not set(subjects[trial.train]) & set(subjects[trial.test])
    assert len(trial.train) + len(trial.test) == len(subjects)
  for repeat in range(4):
    tested = np.concatenate([t.test for t in made if t.repeat == repeat])
    np.testing.assert_array_equal(np.sort(tested), np.arange(len(subjects)))


def test_repeat_0_is_the_fields_rule():
  clip_set = clip_sets.random(subjects=12)
  for trial in protocols.trials(clip_set, PROTOCOL)[:5]:
    numbers = {int(clip_set.subjects[i][1:]) for i in trial.test}
    assert numbers == {n for n in range(12) if n % 5 == trial.fold}


def test_repeats_differ_and_seeds_are_one_a_trial():
  made = protocols.trials(clip_sets.random(subjects=12), PROTOCOL)
  tests = {(t.fold, t.test.tobytes()) for t in made}
  assert len(tests) == len(made)
  assert len({t.seed for t in made}) == len(made)


def test_folds_do_not_depend_on_the_order_of_clips():
  clip_set = clip_sets.random(subjects=12)
  order = np.random.default_rng(1).permutation(len(clip_set.clips))
  shuffled = dataclasses.replace(
    clip_set, subjects=tuple(clip_set.subjects[i] for i in order)
  )
  for repeat in range(2):
    np.testing.assert_array_equal(
      folds.by_subject(clip_set, 5, repeat, seed=0)[order],
      folds.by_subject(shuffled, 5, repeat, seed=0),
    )


def test_sequence_folds_are_stratified():
  clip_set = clip_sets.random(subjects=11)
  protocol = dataclasses.replace(PROTOCOL, unit='sequence')
  for trial in protocols.trials(clip_set, protocol):
    counts = np.bincount(clip_set.targets[trial.test], minlength=3)
    assert counts.max() - counts.min() <= 1


def test_no_two_pairs_of_seed_and_repeat_have_the_same_sequence_folds():
  clip_set = clip_sets.random(subjects=12)
  cuts = {
    folds.by_sequence(clip_set, 5, repeat, seed).tobytes()
    for repeat in range(3)
    for seed in range(3)
  }
  assert len(cuts) == 9


@pytest.mark.parametrize('unit', protocols.UNITS)
def test_more_folds_than_there_is_to_split(unit):
  protocol = dataclasses.replace(PROTOCOL, unit=unit)
  with pytest.raises(InputError, match=r'protocol\.folds: 5 .* 4'):
    protocols.trials(clip_sets.random(subjects=4), protocol)


def test_the_table_names_each_test_clip():
  clip_set = clip_sets.random(subjects=6)
  made = protocols.trials(clip_set, PROTOCOL)
  label = functools.partial(Classification().label, clip_set)
  rows = list(csv.DictReader(io.StringIO(protocols.table(clip_set, made, label))))
  assert len(rows) == 4 * len(clip_set.clips)
  row = rows[0]
  i = clip_set.clips.index(row['clip'])
  assert i in made[0].test
  assert row['label'] == clip_set.names[clip_set.targets[i]]


def test_the_sets_own_lists_are_its_folds():
  lists = (('S000', 'S003'), ('S001',), ('S002',))
  clip_set = clip_sets.random(subjects=4, subject_folds=lists)
  protocol = dataclasses.replace(PROTOCOL, kind='given', repeats=2)
  made = protocols.trials(clip_set, protocol)
  assert [trial.name for trial in made] == ['0-0', '0-1', '0-2', '1-0', '1-1', '1-2']
  for trial in made:
    tested = {clip_set.subjects[i] for i in trial.test}
    assert tested == set(lists[trial.fold])
    assert len(trial.train) + len(trial.test) == len(clip_set)
  assert len({trial.seed for trial in made}) == 6


@pytest.mark.parametrize(
  ('lists', 'naming'),
  [
    ((), 'there are none'),
    ((('S000',), ('S001',)), 'no list has subject S002'),
    ((('S000', 'S001'), ('S001', 'S002')), 'two lists have subject S001'),
    ((('S000', 'S001', 'S002'), ('S009',)), 'no clip is of list 1'),
  ],
)
def test_lists_that_are_no_folds(lists, naming):
  clip_set = clip_sets.random(subjects=3, subject_folds=lists)
  protocol = dataclasses.replace(PROTOCOL, kind='given')
  with pytest.raises(InputError, match=naming):
    protocols.trials(clip_set, protocol)


def test_the_sets_own_splits():
  splits = ('train',) * 6 + ('validation',) * 3
  clip_set = clip_sets.random(subjects=3, splits=splits)
  protocol = dataclasses.replace(PROTOCOL, kind='fixed', repeats=2)
  for trial in protocols.trials(clip_set, protocol):
    np.testing.assert_array_equal(trial.train, np.arange(6))
    np.testing.assert_array_equal(trial.test, np.arange(6, 9))
  with_test = dataclasses.replace(clip_set, splits=(*splits[:-1], 'test'))
  np.testing.assert_array_equal(protocols.trials(with_test, protocol)[0].test, [8])
  with pytest.raises(InputError, match=r"'fixed' needs splits .* has data"):
    protocols.trials(clip_sets.random(subjects=3), protocol)


def test_everything_is_trained_on_and_nothing_tested():
  clip_set = clip_sets.random(subjects=3)
  protocol = dataclasses.replace(PROTOCOL, kind='all', repeats=4)
  (trial,) = protocols.trials(clip_set, protocol)
  assert (len(trial.train), len(trial.test)) == (len(clip_set), 0)


@pytest.mark.parametrize(
  ('field', 'value'),
  [('kind', 'loso'), ('folds', 1), ('repeats', 0), ('unit', 'frame'), ('seed', -1)],
)
def test_a_bad_field_is_named(field, value):
  with pytest.raises(InputError, match=f'^{field}: {value!r}'):
    dataclasses.replace(PROTOCOL, **{field: value})
