"""Classification: one label a clip."""

import dataclasses
import pathlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from matplotlib.figure import Figure
from rich.console import Console

from stc_jax import plots
from stc_jax.baselines import clip_floors
from stc_jax.console.progress import with_bar
from stc_jax.data import reading
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.input import InputConfig
from stc_jax.data.labelled_set import LabelledSet
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.data.protocols import Trial
from stc_jax.data.sampling import SAMPLINGS
from stc_jax.errors import InputError, require
from stc_jax.tasks import clip_databases, clip_results, clip_scoreboard, pictures
from stc_jax.tasks.clip_loss import ClassificationLoss
from stc_jax.tasks.clip_report import ClassificationReport
from stc_jax.tasks.clip_results import BASELINES
from stc_jax.tasks.clip_test import ClassificationTest
from stc_jax.tasks.labelling import ClassLabelling
from stc_jax.tasks.trials import Predictions, TrialData, TrialResult

_MOST_ADJUSTMENT = 100.0


@dataclasses.dataclass(frozen=True)
class Classification(
  ClassificationLoss, ClassificationReport, ClassificationTest, ClassLabelling
):
  """One label for each clip."""

  kind: ClassVar = 'classification'
  samplings: ClassVar = tuple(SAMPLINGS)
  reads: ClassVar = frozenset(
    {
      'dataset.balanced',
      'dataset.classes',
      'dataset.names',
      'dataset.neutral_share',
      'dataset.strongest_frame',
      'task.logit_adjustment',
    }
  )
  sample: ClassVar = 0
  embedded: ClassVar = ('synthetic_faces', 'neutral_to_apex_small', '')
  score: ClassVar = 'accuracy'
  trial_score: ClassVar = 'accuracy'
  outputs: ClassVar = 'classes'
  untested: ClassVar = 'trained on every clip: there is no accuracy'
  trial_fields: ClassVar = frozenset(
    {'accuracy', 'predictions', *BASELINES, 'floor_right', 'temporal_floor_right'}
  )
  arrays: ClassVar = ()
  scoreboard = staticmethod(clip_scoreboard.scoreboard)

  @classmethod
  def of(
    cls, *, aus: tuple[int, ...], logit_adjustment: float, positive_weight: str
  ) -> Self:
    """See `Task.of`."""
    bounded = 0 <= logit_adjustment <= _MOST_ADJUSTMENT
    words = f'lie in 0 to {_MOST_ADJUSTMENT:g}'
    require(bounded, 'logit_adjustment', logit_adjustment, words)
    require(not aus, 'aus', aus, f'be empty where kind is {cls.kind!r}')
    words = f"be 'none' where kind is {cls.kind!r}, which has logit_adjustment"
    require(positive_weight == 'none', 'positive_weight', positive_weight, words)
    return cls(adjustment=logit_adjustment)

  def read(
    self,
    builder: PreparedSet | LabelledSet,
    size: InputConfig,
    dataset: DatasetConfig,
  ) -> ClipSet:
    """Reads clips with their labels; see `reading.read`."""
    return reading.read(builder, size, dataset.neutral_share)

  def check_trial(self, clip_set: ClipSet, trial: Trial) -> None:
    """Refuses a trial that trains on one class."""
    classes = set(clip_set.targets[trial.train].tolist())
    if len(classes) < 2:
      found = ', '.join(clip_set.names[c] for c in classes) or 'no clip at all'
      raise InputError(
        f'trial {trial.name}: the training side of {clip_set.name} has one class alone '
        f'({found}); set another --config.protocol.folds, or --config.protocol.unit'
      )

  def random_targets(
    self, random: np.random.Generator, count: int, outputs: int
  ) -> tuple[tuple[str, ...], np.ndarray]:
    """Returns numbered classes and random targets."""
    targets = random.integers(0, outputs, count).astype(np.int32)
    return tuple(map(str, range(outputs))), targets

  def check_names(self, names: tuple[str, ...]) -> None:
    """Accepts any names."""

  def described(self, clip_set: ClipSet) -> dict:
    """The number of clips of each class."""
    counts = np.bincount(clip_set.targets, minlength=len(clip_set.names))
    return {'classes': dict(zip(clip_set.names, counts.tolist(), strict=True))}

  def label(self, clip_set: ClipSet, example: int) -> str:
    """The class of a clip."""
    return clip_set.names[clip_set.targets[example]]

  def floors(
    self, data: TrialData, dataset: DatasetConfig, console: Console
  ) -> Callable[[], list[dict]]:
    """Computes the floors at once, or reads them from the cache."""

    def progress(floors: Iterable[dict]) -> Iterator[dict]:
      console.print('fitting the floors ...')
      yield from with_bar(floors, 'floors', console, len(data.trials))

    floors = clip_floors.of_trials(
      data.clip_set,
      data.trials,
      lambda: reading.clips_of(data.builder, dataset.neutral_share),
      dataset.strongest_frame,
      pathlib.Path(data.builder.data_path),
      progress,
    )
    return lambda: floors

  def floor_result(self, floor: dict) -> TrialResult:
    """The fields of a trial's baselines."""
    return TrialResult(floor)

  def trial_result(
    self, clip_set: ClipSet, trial: Trial, predictions: Predictions
  ) -> TrialResult:
    """Scores, and the prediction of each clip."""
    return TrialResult(
      clip_results.trial_fields(clip_set, trial, predictions.probabilities)
    )

  def summarise(
    self,
    data: TrialData,
    results: Sequence[dict],
    probabilities: Mapping[str, Sequence[np.ndarray]],
    resampled: bool,
  ) -> dict:
    """See `clip_results.summarise`; of joined sets, also `clip_databases.scores`."""
    del probabilities
    clip_set = data.clip_set
    of_all = clip_results.summarise(clip_set.names, results, data.folds, resampled)
    return of_all | clip_databases.scores(clip_set, data.wanted, results)

  def prediction_rows(
    self, names: Sequence[str], results: Sequence[dict]
  ) -> list[list[Any]]:
    """A row for each tested clip, with a probability for each class."""
    fields = ['repeat', 'fold', 'clip', 'subject', 'label', 'predicted']
    rows = clip_results.rows_of(results)
    return [
      [*fields, *(f'probability_{name}' for name in names)],
      *([*(row[field] for field in fields), *row['probabilities']] for row in rows),
    ]

  def pictures(self, summary: dict, results: Sequence[dict]) -> dict[str, Figure]:
    """Confusions, if anything was tested, and training curves."""
    tested = {
      'test': summary['trial_accuracy_mean'],
      'temporal floor, test': summary['temporal_floor_accuracy'],
      'static floor, test': summary['floor_accuracy'],
      'chance, test': summary['chance_accuracy'],
    }
    heading = pictures.title(summary, self.score)
    made = {}
    if 'train_losses' in results[0]:  # not of a test
      made['training_curves'] = pictures.training_curves(results, heading, tested)
    if summary['confusion'] is not None:
      made['confusion'] = pictures.confusion(summary)
    return made

  def notes(self, summary: dict) -> tuple[str, ...]:
    """Names the classes that pictures can't show by name."""
    return plots.font_notes(summary['classes'])
