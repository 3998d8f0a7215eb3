"""What a report says of runs of classification."""

from collections.abc import Sequence
from typing import ClassVar

from stc_jax.tasks import (
  clip_comparison,
  clip_databases,
  clip_documents,
  clip_pictures,
  clip_results,
  clip_tables,
)
from stc_jax.tasks.clip_documents import ClipSummaryFile, ClipTrialFile
from stc_jax.tasks.table import Table
from stc_jax.tasks.trials import RunResults

_INTENDED_USE = (
  'Research on facial expressions in short videos of one face, cropped and '
  'aligned like the training\n'
  "clips. Not for decisions about people: a face doesn't show what a person "
  'feels, and no model here was tested for that.'
)


class ClassificationReport:
  """See the methods of `Task` on reports."""

  first_tables: ClassVar = ('accuracy', 'databases', 'pairs')
  card_tables: ClassVar = ('accuracy', 'databases', 'classes', 'calibration')
  has_heatmaps: ClassVar = True
  intended_use: ClassVar = _INTENDED_USE
  summary_file: ClassVar = ClipSummaryFile
  trial_file: ClassVar = ClipTrialFile

  check_files = staticmethod(clip_documents.check)
  rows = staticmethod(clip_results.rows_of)
  report_pictures = staticmethod(clip_pictures.report_pictures)
  compare = staticmethod(clip_comparison.compare)

  def report_tables(self, runs: Sequence[RunResults], caption: str) -> list[Table]:
    """Accuracies, also of joined sets, classes and subjects, and calibration."""
    joined = any(run.summary.get('databases') for run in runs)
    sets = [clip_databases.databases_table(runs, caption)] if joined else []
    pairs = [clip_tables.pairs_table(runs, caption)] if len(runs) > 1 else []
    return [
      clip_tables.accuracy_table(runs, caption),
      *sets,
      *pairs,
      clip_tables.classes_table(runs, caption),
      clip_tables.calibration_table(runs, caption),
      clip_tables.subjects_table(runs, caption),
    ]

  def limits(self, run: RunResults) -> str:
    """A model knows its classes alone."""
    names = ', '.join(run.summary['classes'])
    return (
      f'An expression of no class ({names}) is assigned to one of them nevertheless.'
    )
