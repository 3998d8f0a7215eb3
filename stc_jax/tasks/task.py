"""The interface of tasks; a new task is such a class and a line in `registry`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, Self

import numpy as np
from jaxtyping import Array, Bool, Float, Int
from matplotlib.figure import Figure
from rich.console import Console

from stc_jax.console.tables import Scoreboard
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.input import InputConfig
from stc_jax.data.labelled_set import LabelledSet
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.data.protocols import Trial
from stc_jax.tasks.comparison import Comparison
from stc_jax.tasks.figures import Picture
from stc_jax.tasks.labelling import Labelling
from stc_jax.tasks.table import Table
from stc_jax.tasks.testing_task import TestingTask
from stc_jax.tasks.trials import Predictions, RunResults, TrialData, TrialResult
from stc_jax.typed_json import Fields


class Task(Labelling, TestingTask, Protocol):
  """What a network is trained for: loss, metrics, results and reports.

  Attributes:
    kind: its name in the section `task` of a launch file.
    samplings: the values of `input.sampling` that go with it.
    reads: the fields of a launch file, 'section.field', that this task reads and some
      tasks don't; those tasks refuse them.
    embedded: a small prepared set that comes with the program: dataset, builder config
      and data_dir.
    activation: the function from logits to probabilities, 'softmax' or 'sigmoid'.
    metrics: the names of the sums that `sums` returns.
    sample: the approximate number of training examples that are also predicted.
    score: the fields of the summary on the main score: `<score>_mean` and `<score>_std`
      over repeats, `trial_<score>_mean` and `trial_<score>_std` over trials.
    trial_score: the field of a trial's result with that score.
    outputs: the field of dataset.json with the names of the network's outputs.
    untested: a line for a run that trained on everything.
    trial_fields: the fields that the task needs in a trial's result.
    first_tables: the tables of a report that come before its pictures.
    card_tables: the tables of a model card.
    summary_file, trial_file: the fields of a run's JSON files that reports read.
    has_heatmaps: whether a report can show what the decision on a clip rests on.
    intended_use: of its models, in a model card.
    arrays: the folders of `TrialResult.arrays`; 'probabilities' of each file there
      are read again for the summary.
  """

  kind: str
  samplings: tuple[str, ...]
  reads: frozenset[str]
  embedded: tuple[str, str, str]
  activation: str
  metrics: tuple[str, ...]
  sample: int
  score: str
  trial_score: str
  outputs: str
  untested: str
  trial_fields: frozenset[str]
  first_tables: tuple[str, ...]
  card_tables: tuple[str, ...]
  has_heatmaps: bool
  intended_use: str
  summary_file: type[Fields]
  trial_file: type[Fields]
  arrays: tuple[str, ...]

  @classmethod
  def of(cls, **fields: Any) -> Self:
    """Makes a task from all fields of its section except `kind`.

    Raises:
      InputError: a field is out of its range; the line starts with the field's name.
    """

  # The training data.

  def read(
    self,
    builder: PreparedSet | LabelledSet,
    size: InputConfig,
    dataset: DatasetConfig,
  ) -> ClipSet:
    """Reads the examples of a prepared set, with their targets.

    It is given joined sets if 'dataset.names' is in `reads`.

    Raises:
      InputError: the set has no such targets, or can't be read.
    """

  def check_trial(self, clip_set: ClipSet, trial: Trial) -> None:
    """Checks, before hours of training, that a trial has enough targets to learn from.

    Raises:
      InputError: it hasn't.
    """

  def random_targets(
    self, random: np.random.Generator, count: int, outputs: int
  ) -> tuple[tuple[str, ...], np.ndarray]:
    """Names of outputs, and random targets, to measure speed with.

    Args:
      random: the source of the targets.
      count: how many examples.
      outputs: how many, if the task doesn't define it.
    """

  def check_names(self, names: tuple[str, ...]) -> None:
    """Raises InputError if a model's outputs don't go with the task's fields."""

  # Training; all methods except `weights` run on the device.

  def weights(
    self,
    targets: Int[np.ndarray, 'n *a'],
    outputs: int,
    at_rest: Bool[np.ndarray, 'n'] | None = None,
  ) -> np.ndarray:
    """The loss's weights, from the targets of an epoch; see `ClipSet.at_rest`."""

  def targets(self, targets: Int[Array, 'b *a'], weights: Array) -> Any:
    """The targets of a batch, for the loss."""

  def losses(self, logits: Float[Array, 'b n'], targets: Any) -> Float[Array, 'b']:
    """The loss of each example."""

  def probabilities(self, logits: Float[Array, 'b n']) -> Float[Array, 'b n']:
    """The probability of each output."""

  def sums(self, logits: Float[Array, 'b n'], targets: Any) -> Mapping[str, Array]:
    """The metric sums of a batch; in the end they are divided by `count`."""

  # The results of a run.

  def described(self, clip_set: ClipSet) -> dict[str, Any]:
    """The fields of dataset.json on the targets."""

  def label(self, clip_set: ClipSet, example: int) -> str:
    """The target of a clip, in words."""

  def floors(
    self, data: TrialData, dataset: DatasetConfig, console: Console
  ) -> Callable[[], Sequence[Any]]:
    """Starts to fit the baselines of all trials.

    Returns a function that waits for them; they are in the order of `data.wanted`.
    """

  def floor_result(self, floor: Any) -> TrialResult:
    """The part of a trial's result on its baselines."""

  def trial_result(
    self, clip_set: ClipSet, trial: Trial, predictions: Predictions
  ) -> TrialResult:
    """The part of a trial's result on the test of its model."""

  def summarise(
    self,
    data: TrialData,
    results: Sequence[dict],
    probabilities: Mapping[str, Sequence[Float[np.ndarray, 'm n']]],
    resampled: bool,
  ) -> dict[str, Any]:
    """The fields of summary.json, from the results of all trials.

    Args:
      data: of the run.
      results: of `data.wanted`.
      probabilities: from their files, for each of `arrays`.
      resampled: as `ProtocolConfig.resampled`.
    """

  def prediction_rows(
    self, names: Sequence[str], results: Sequence[dict]
  ) -> list[list[Any]]:
    """The lines of predictions.csv, with the header; empty: there is no such file."""

  def pictures(self, summary: dict, results: Sequence[dict]) -> dict[str, Figure]:
    """Pictures of a run, by the names of their files."""

  def scoreboard(self, summary: dict) -> Scoreboard:
    """The scores that a terminal shows of a tested run."""

  def notes(self, summary: dict) -> tuple[str, ...]:
    """Notes for the reader of the pictures, one sentence each."""

  # Reports on the tested runs on one dataset.

  def check_files(
    self, dataset: dict, summary: dict, trials: Mapping[str, dict]
  ) -> None:
    """Checks that the files of a run fit together; `trials` are by file name.

    Raises:
      InputError: they don't; names the file.
    """

  def rows(self, results: Sequence[dict]) -> list[dict]:
    """Each tested clip of each trial, with `label` and `predicted`; [] for frames."""

  def report_tables(self, runs: Sequence[RunResults], caption: str) -> list[Table]:
    """Scores with published ones and baselines, and the differences of pairs."""

  def report_pictures(self, runs: Sequence[RunResults]) -> list[Picture]:
    """The figures of a report."""

  def compare(self, ours: RunResults, theirs: RunResults) -> Comparison:
    """The difference of two runs that tested the same examples."""

  def limits(self, run: RunResults) -> str:
    """The limits of the model, for the model card."""
