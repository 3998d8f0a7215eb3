"""How a task tests a finished model on a set that it never saw."""

from collections.abc import Sequence
from typing import Any, Protocol

from stc_jax.data.clip_set import ClipSet
from stc_jax.tasks.matching import MatchedSet
from stc_jax.tasks.trials import FloorSet, TrialResult


class TestingTask(Protocol):
  """Matches targets, fits baselines across sets, scores tests; a part of every task."""

  def matched(self, clip_set: ClipSet, names: Sequence[str]) -> MatchedSet:
    """The set with the model's outputs, `names`, as targets.

    Raises:
      InputError: they have none in common.
    """

  def unknown_floor(self) -> TrialResult:
    """As `floor_result`, where no baseline can be fitted."""

  def transferred_floor(
    self, trained: FloorSet, tested: FloorSet
  ) -> TrialResult | None:
    """As `floor_result`: baselines fitted on one set and tested on another.

    None: the task has no such baselines.
    """

  def tested_fields(self, results: Sequence[dict]) -> dict[str, Any]:
    """Further fields of the summary of a test."""

  def table_scores(self, summary: dict) -> dict[str, float | None]:
    """The scores of a test in a table of several tests, by name."""
