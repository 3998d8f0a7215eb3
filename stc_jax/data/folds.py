"""Cross-validation: assigns each clip to the fold that tests it."""

import numpy as np
from jaxtyping import Int

from stc_jax import late
from stc_jax.data.clip_set import ClipSet
from stc_jax.errors import InputError


def by_subject(
  clip_set: ClipSet, folds: int, repeat: int, seed: int
) -> Int[np.ndarray, 'n']:
  """The fold of each clip; all clips of a subject are in one fold.

  The first repeat is the usual assignment, independent of the seed: subjects sorted by
  name, fold = index mod `folds`. Later repeats shuffle the subjects.
  """
  subjects = sorted(set(clip_set.subjects))
  if len(subjects) < folds:
    raise InputError(
      f'protocol.folds: {folds} folds, but {clip_set.name} has {len(subjects)} '
      f'subject{"s" * (len(subjects) != 1)}: set --config.protocol.folds to at most '
      f"that, or --config.protocol.unit=sequence to split a subject's clips"
    )
  if repeat:
    np.random.default_rng([seed, repeat]).shuffle(subjects)
  place = {subject: index % folds for index, subject in enumerate(subjects)}
  return np.array([place[subject] for subject in clip_set.subjects])


def by_sequence(
  clip_set: ClipSet, folds: int, repeat: int, seed: int
) -> Int[np.ndarray, 'n']:
  """The fold of each clip, stratified by label; a subject may be in several folds.

  Where examples are frames, all frames of a recording are in one fold, and recordings
  are shuffled.
  """
  if clip_set.labelled is not None:
    return _by_recording(clip_set, folds, repeat, seed)
  counts = np.bincount(clip_set.targets, minlength=len(clip_set.names))
  rarest = int(counts[counts > 0].min())
  if rarest < folds:
    raise InputError(
      f'protocol.folds: {folds} folds, but the rarest class of {clip_set.name} has '
      f'{rarest} clips: set --config.protocol.folds to at most that'
    )
  (state,) = np.random.SeedSequence([seed, repeat]).generate_state(1)
  splitter = late.load('sklearn.model_selection').StratifiedKFold(
    folds, shuffle=True, random_state=int(state)
  )
  assigned = np.empty(len(clip_set.targets), int)
  for fold, (_, test) in enumerate(splitter.split(clip_set.targets, clip_set.targets)):
    assigned[test] = fold
  return assigned


def _by_recording(
  clip_set: ClipSet, folds: int, repeat: int, seed: int
) -> Int[np.ndarray, 'n']:
  recordings, own = np.unique(clip_set.clips, return_inverse=True)
  if len(recordings) < folds:
    raise InputError(
      f'protocol.folds: {folds} folds, but {clip_set.name} has {len(recordings)} '
      'recordings: set --config.protocol.folds to at most that'
    )
  order = np.random.default_rng([seed, repeat]).permutation(len(recordings))
  return (order % folds)[own]
