"""Classification: the test of a finished model on another set."""

from collections.abc import Sequence

from stc_jax.baselines import clip_floors, svm
from stc_jax.baselines.clip_floors import LabelledClips
from stc_jax.data import reading
from stc_jax.data.clip_set import ClipSet
from stc_jax.tasks import clip_results
from stc_jax.tasks.matching import MatchedSet, match_classes
from stc_jax.tasks.trials import FloorSet, TrialResult


class ClassificationTest:
  """See the methods of `TestingTask`."""

  def matched(self, clip_set: ClipSet, names: Sequence[str]) -> MatchedSet:
    """Matches classes by name."""
    return match_classes(clip_set, names)

  def unknown_floor(self) -> TrialResult:
    """None of them is known."""
    return TrialResult(dict.fromkeys(svm.KEYS))

  def transferred_floor(self, trained: FloorSet, tested: FloorSet) -> TrialResult:
    """See `clip_floors.of_another_set`."""
    return TrialResult(clip_floors.of_another_set(*map(_labelled, (trained, tested))))

  def tested_fields(self, results: Sequence[dict]) -> dict:
    """The 95 % interval of the accuracy, over people."""
    return {'subjects_ci95': clip_results.interval(results)}

  def table_scores(self, summary: dict) -> dict[str, float | None]:
    """Accuracy, UAR, and the better floor's accuracy."""
    mean = summary['accuracy_mean']
    floors = [summary[f] for f in ('floor_accuracy', 'temporal_floor_accuracy')]
    return {
      'accuracy': summary['trial_accuracy_mean'] if mean is None else mean,
      'UAR': summary['uar'],
      'better floor': None if None in floors else max(floors),
    }


def _labelled(one: FloorSet) -> LabelledClips:
  """The part of a set that floors read."""
  return LabelledClips(
    clip_set=one.clip_set,
    examples=one.examples,
    read=lambda: reading.clips_of(one.builder, one.dataset.neutral_share),
    strongest=one.dataset.strongest_frame,
  )
