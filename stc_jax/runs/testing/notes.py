"""What a reader of a test must know: how its set differs from the training set."""

import contextlib
from collections.abc import Iterator

from stc_jax.data import records
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.labelled_set import LabelledSet, as_labelled
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.errors import InputError, first_few
from stc_jax.runs.clip_people import ClipPeople
from stc_jax.runs.testing.finished_model import FinishedModel
from stc_jax.tasks.matching import MatchedSet

# Of a set's recipe.
_FLAGS = ('align', 'roll', 'smooth', 'max_gap', 'size')


def notes(
  model: FinishedModel,
  builder: PreparedSet | LabelledSet,
  data_dir: str,
  clip_set: ClipSet,
  matched: MatchedSet,
  people: ClipPeople,
) -> Iterator[str]:
  """Yields a sentence each.

  Args:
    model: that is tested.
    builder: of the set.
    data_dir: of prepared sets.
    clip_set: the set.
    matched: its targets.
    people: of its clips.
  """
  if matched.left_out:
    said = ', '.join(f'{name} {count:,}' for name, count in matched.left_out.items())
    yield (
      f'left out: {sum(matched.left_out.values()):,} of {len(clip_set):,} clips, '
      f'because the model has no such class ({said})'
    )
  if matched.lacking:
    yield f'the set shows nothing of {", ".join(matched.lacking)}, which the model has'
  yield from _of_cropping(model.first.alignment, clip_set.alignment)
  yield from _of_rate(model, builder, data_dir)
  yield from _of_length(model, clip_set)
  yield from _of_people(model, people)


def _of_cropping(trained: dict[str, str], tested: dict[str, str]) -> Iterator[str]:
  """Yields a note if faces are cut out otherwise, or at another size."""
  flags = [flag for flag in _FLAGS if flag in trained or flag in tested]
  if trained.get('align', 'none') != tested.get('align', 'none'):
    flags = [flag for flag in flags if flag in ('align', 'size')]
  pairs = {f: (trained.get(f, 'none'), tested.get(f, 'none')) for f in flags}
  differ = [f'{f}: {one}, here {two}' for f, (one, two) in pairs.items() if one != two]
  if differ:
    yield f'faces were cut out otherwise in training ({"; ".join(differ)})'


def _of_rate(
  model: FinishedModel, builder: PreparedSet | LabelledSet, data_dir: str
) -> Iterator[str]:
  """Yields a note if frame rates differ, and clips are read as they were recorded."""
  if model.first.input.frame_rate:
    return
  with contextlib.suppress(InputError):  # the training set isn't here
    trained, tested = map(_rates, (model.training_set(data_dir), builder))
    if trained != tested:
      said, here = (', '.join(f'{rate:g}' for rate in r) for r in (trained, tested))
      yield f'frame rates differ: {said} Hz in training, {here} Hz here'


def _rates(prepared: PreparedSet | LabelledSet) -> list[float]:
  """The frame rate of each set's first clip."""
  return sorted(set(map(records.first_rate, as_labelled(prepared).builders.values())))


def _of_length(model: FinishedModel, clip_set: ClipSet) -> Iterator[str]:
  """Yields a note if most clips are shorter or longer than nearly all in training."""
  own = model.first.clip_seconds
  median = sorted(clip_set.seconds.tolist())[len(clip_set) // 2]
  if not own['low'] <= median <= own['high']:
    yield (
      f'the median clip lasts {median:.2f} s; in training 90 % of clips lasted '
      f'{own["low"]:.2f} to {own["high"]:.2f} s'
    )


def _of_people(model: FinishedModel, people: ClipPeople) -> Iterator[str]:
  """Yields notes on people who may have been trained on."""
  known = [own for _, own in model.subjects() if own is not None]
  if len(known) < len(model.bundles):
    yield (
      'the model is of an older version and does not say on whom it was trained; '
      'whether the set has the same people is unknown'
    )
  if shared := sorted({name for own in known for name in people.namesakes(own)}):
    yield (
      f'another config of this dataset was trained on, and {len(shared)} names of '
      f'subjects are in both ({first_few(shared)}); these may be the same people'
    )
