"""Detection: the action units that each frame shows, some of them unknown."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from rich.console import Console

from stc_jax import background
from stc_jax.baselines import frame_floors
from stc_jax.baselines.frame_floors import TrialFloor
from stc_jax.data import frame_reading, records
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.input import InputConfig
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.data.protocols import Trial
from stc_jax.data.sampling import FRAME_SAMPLINGS
from stc_jax.errors import InputError, require, require_choice
from stc_jax.tasks import frame_results, frame_scoreboard, frame_scores, pictures
from stc_jax.tasks.frame_loss import DetectionLoss
from stc_jax.tasks.frame_report import DetectionReport
from stc_jax.tasks.frame_scores import FrameScores
from stc_jax.tasks.frame_test import DetectionTest
from stc_jax.tasks.labelling import UnitLabelling
from stc_jax.tasks.trials import TrialData, TrialResult

POSITIVE_WEIGHTS = ('none', 'balanced')
_MOST_AU = 99


@dataclasses.dataclass(frozen=True)
class Detection(DetectionLoss, DetectionReport, DetectionTest, UnitLabelling):
  """The action units of each frame.

  Attributes:
    aus: their numbers.
  """

  aus: tuple[int, ...] = ()
  kind: ClassVar = 'detection'
  samplings: ClassVar = tuple(FRAME_SAMPLINGS)
  reads: ClassVar = frozenset({'task.positive_weight'})
  sample: ClassVar = 4096  # on which thresholds are chosen
  embedded: ClassVar = ('synthetic_faces', 'action_units_small', '')
  score: ClassVar = 'f1'
  trial_score: ClassVar = 'f1_mean'
  outputs: ClassVar = 'aus'
  untested: ClassVar = 'trained on every frame: there is no score'
  trial_fields: ClassVar = frozenset(
    {'test_frames', 'thresholds', 'floor_thresholds', 'f1_mean'}
  )
  arrays: ClassVar = ('predictions', 'floors')
  scoreboard = staticmethod(frame_scoreboard.scoreboard)
  trial_result = staticmethod(frame_results.trial_result)

  @classmethod
  def of(
    cls, *, aus: tuple[int, ...], logit_adjustment: float, positive_weight: str
  ) -> Self:
    """See `Task.of`."""
    del logit_adjustment
    require_choice('positive_weight', positive_weight, POSITIVE_WEIGHTS)
    different = len(set(aus)) == len(aus) > 0
    valid = different and all(1 <= number <= _MOST_AU for number in aus)
    require(valid, 'aus', aus, 'be different numbers of action units')
    return cls(aus=aus, balanced=positive_weight == 'balanced')

  def read(
    self, builder: PreparedSet, size: InputConfig, dataset: DatasetConfig
  ) -> ClipSet:
    """Opens the coded frames; see `frame_reading.read`."""
    del dataset
    return frame_reading.read(builder, size, self.aus)

  def check_trial(self, clip_set: ClipSet, trial: Trial) -> None:
    """Refuses a trial whose training frames always or never show an action unit."""
    targets = clip_set.targets[trial.train]
    for name, column in zip(clip_set.names, targets.T, strict=True):
      if not ((column == 0).any() and (column == 1).any()):
        which = 'shows' if (column == 0).any() else 'lacks'
        raise InputError(
          f'trial {trial.name}: no frame of the training side of {clip_set.name} '
          f'{which} {name}; leave it out of --config.task.aus, or set another '
          '--config.protocol'
        )

  def random_targets(
    self, random: np.random.Generator, count: int, outputs: int
  ) -> tuple[tuple[str, ...], np.ndarray]:
    """Returns the action units and random codings, all known."""
    del outputs
    targets = random.integers(0, 2, (count, len(self.aus))).astype(np.int8)
    return tuple(map(str, self.aus)), targets

  def check_names(self, names: tuple[str, ...]) -> None:
    """Refuses a number of names other than that of action units."""
    fits = len(names) == len(self.aus)
    require(fits, 'names', names, f'be as many as task.aus, {len(self.aus)}')

  def described(self, clip_set: ClipSet) -> dict:
    """The number of frames, and of frames that show each action unit."""
    counts = (clip_set.targets == 1).sum(axis=0)
    shown = dict(zip(clip_set.names, counts.tolist(), strict=True))
    return {'frames': len(clip_set), 'aus': shown}

  def label(self, clip_set: ClipSet, example: int) -> str:
    """The action units that a frame shows, joined by '+'."""
    shown = clip_set.targets[example] == 1
    return '+'.join(np.array(clip_set.names)[shown])

  def floors(
    self, data: TrialData, dataset: DatasetConfig, console: Console
  ) -> Callable[[], list[TrialFloor]]:
    """Starts to fit the floors in the background, because it takes long."""
    del dataset

    def say(trial: Trial) -> None:
      console.print(f'fitting the floor of trial {trial.name}, beside training ...')

    def fit() -> list[TrialFloor]:
      recordings = functools.partial(records.coded, data.builder)
      return frame_floors.of_trials(data.clip_set, data.wanted, recordings, say)

    return background.begin(fit).result

  def floor_result(self, floor: TrialFloor) -> TrialResult:
    """The scores of the ridge regression, and their thresholds."""
    fields = {'floor_thresholds': floor.thresholds.tolist()}
    return TrialResult(fields, {'floors': {'probabilities': floor.scores}})

  def summarise(
    self,
    data: TrialData,
    results: Sequence[dict],
    probabilities: Mapping[str, Sequence[Float[np.ndarray, 'm a']]],
    resampled: bool,
  ) -> dict:
    """See `frame_scores.summarise`; a test may have no floors."""
    del resampled
    ours, theirs = (
      [
        FrameScores(scores, np.array(result[field]))
        for scores, result in zip(probabilities[folder], results, strict=True)
      ]
      if folder in probabilities
      else None
      for folder, field in (
        ('predictions', 'thresholds'),
        ('floors', 'floor_thresholds'),
      )
    )
    clip_set, trials = data.clip_set, data.wanted
    return {
      **frame_scores.spread('trial_f1', [result['f1_mean'] for result in results]),
      **frame_scores.summarise(clip_set, trials, data.folds, ours, theirs),
    }

  def prediction_rows(
    self, names: Sequence[str], results: Sequence[dict]
  ) -> list[list[Any]]:
    """None: there are too many frames."""
    del names, results
    return []

  def pictures(self, summary: dict, results: Sequence[dict]) -> dict[str, Figure]:
    """Scores of the action units, if anything was tested, and training curves."""
    heading = pictures.title(summary, 'f1')
    tested, made = {'mean F1, test': summary['trial_f1_mean']}, {}
    if summary['trial_f1_mean'] is not None:
      made['action_units'] = pictures.action_units(summary, heading)
      tested['floor, test'] = summary['means']['floor_f1']
      tested['always, test'] = summary['means']['constant_f1']
    if 'train_losses' in results[0]:  # not of a test
      made['training_curves'] = pictures.training_curves(results, heading, tested)
    return made

  def notes(self, summary: dict) -> tuple[str, ...]:
    """None: pictures can show the names of action units."""
    del summary
    return ()
