"""Detection: the test of a finished model on another set."""

from collections.abc import Sequence

import numpy as np

from stc_jax.data.clip_set import ClipSet
from stc_jax.tasks.matching import MatchedSet
from stc_jax.tasks.trials import FloorSet, TrialResult


class DetectionTest:
  """See the methods of `TestingTask`."""

  def matched(self, clip_set: ClipSet, names: Sequence[str]) -> MatchedSet:
    """All frames: `read` took the model's action units."""
    shown = (clip_set.targets == 1).any(axis=0)
    lacking = tuple(name for name, any_ in zip(names, shown, strict=True) if not any_)
    return MatchedSet(clip_set, np.arange(len(clip_set)), {}, lacking)

  def unknown_floor(self) -> TrialResult:
    """No scores and no thresholds."""
    return TrialResult({'floor_thresholds': None})

  def transferred_floor(self, trained: FloorSet, tested: FloorSet) -> None:
    """None: the ridge regression reads the frames of one set."""
    del trained, tested

  def tested_fields(self, results: Sequence[dict]) -> dict:
    """None: `over_constant` has an interval over people."""
    del results
    return {}

  def table_scores(self, summary: dict) -> dict[str, float | None]:
    """Mean F1 at 0.5 and AUC, the floor's mean F1 and that of always saying yes."""
    means = summary['means']
    return {
      'F1': means['f1'],
      'AUC': means['auc'],
      'floor F1': means['floor_f1'],
      'always F1': means['constant_f1'],
    }
