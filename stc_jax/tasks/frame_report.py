"""What a report says of runs of detection."""

from collections.abc import Sequence
from typing import ClassVar

from stc_jax.tasks import (
  comparison,
  figures,
  frame_comparison,
  frame_documents,
  frame_tables,
)
from stc_jax.tasks.comparison import Comparison
from stc_jax.tasks.figures import Picture
from stc_jax.tasks.frame_documents import FrameSummaryFile, FrameTrialFile
from stc_jax.tasks.table import Table
from stc_jax.tasks.trials import RunResults

_INTENDED_USE = (
  'Research on facial action units in videos of one face, cropped and aligned '
  'like the training frames. Not\n'
  "for decisions about people: facial muscles don't show what a person feels."
)


class DetectionReport:
  """See the methods of `Task` on reports."""

  first_tables: ClassVar = ('detection', 'pairs')
  card_tables: ClassVar = ('detection',)
  has_heatmaps: ClassVar = False
  intended_use: ClassVar = _INTENDED_USE
  summary_file: ClassVar = FrameSummaryFile
  trial_file: ClassVar = FrameTrialFile

  check_files = staticmethod(frame_documents.check)

  def rows(self, results: Sequence[dict]) -> list[dict]:
    """None: frames have no label."""
    del results
    return []

  def report_tables(self, runs: Sequence[RunResults], caption: str) -> list[Table]:
    """Mean F1, and the scores of each action unit."""
    pairs = [frame_comparison.au_pairs_table(runs, caption)] if len(runs) > 1 else []
    return [
      frame_tables.published_table(runs, caption),
      frame_tables.detection_table(runs, caption),
      *pairs,
    ]

  def report_pictures(self, runs: Sequence[RunResults]) -> list[Picture]:
    """Scores of the action units, and training curves."""
    words = 'F1 and AUC of each action unit, beside the floor.'
    return [
      Picture('action_units', words, figures.action_units(runs)),
      Picture('curves', 'Training loss.', figures.curves(runs)),
    ]

  def compare(self, ours: RunResults, theirs: RunResults) -> Comparison:
    """Only the table of pairs compares runs: it reads their files."""
    return Comparison(None, None, comparison.refusal(ours, theirs))

  def limits(self, run: RunResults) -> str:
    """Nothing but what holds for every task."""
    del run
    return ''
