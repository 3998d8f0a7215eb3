"""What every task offers; a new one is a class like this, and a line in `registry`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, Self

import numpy as np
from jaxtyping import Array, Float, Int
from matplotlib.figure import Figure
from rich.console import Console

from stc_jax.console.tables import Scoreboard
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.input import InputConfig
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.data.protocols import Trial
from stc_jax.tasks.comparison import Comparison
from stc_jax.tasks.figures import Picture
from stc_jax.tasks.labelling import Labelling
from stc_jax.tasks.table import Table
from stc_jax.tasks.trials import Predictions, RunResults, TrialData, TrialResult
from stc_jax.typed_json import Fields


class Task(Labelling, Protocol):
  """How a network's outputs meet their targets, and what follows from them.

  Attributes:
    kind: its name in the section `task` of a launch file.
    samplings: the values of `input.sampling` that go with it.
    reads: the fields of a launch file, 'section.field', that some tasks read and this
      one does; the others refuse them.
    embedded: a small prepared set that comes with the program: dataset, builder config
      and data_dir.
    activation: from logits to probabilities, 'softmax' or 'sigmoid'.
    metrics: the names of the sums that `sums` returns.
    sample: about how many training examples of a trial are predicted, too.
    score: the fields of the summary on the main score: `<score>_mean` and `<score>_std`
      over repeats, `trial_<score>_mean` and `trial_<score>_std` over trials.
    trial_score: the field of a trial's result with that score.
    outputs: the field of dataset.json with the names of the network's outputs.
    untested: a line on a run that trained on everything.
    trial_fields: what a trial's result holds of the task, at least.
    first_tables: of a report, the tables that come before its pictures.
    card_tables: those that a model card has.
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
    """Makes a task from all fields of its section but `kind`.

    Raises:
      InputError: a field is out of its range; the line starts with the field's name.
    """

  # What it is trained on.

  def read(
    self, builder: PreparedSet, size: InputConfig, dataset: DatasetConfig
  ) -> ClipSet:
    """Reads the examples of a prepared set, with their targets.

    Raises:
      InputError: the set has no such targets, or can't be read.
    """

  def check_trial(self, clip_set: ClipSet, trial: Trial) -> None:
    """Refuses, before hours of training, a trial that nothing can be learnt from.

    Raises:
      InputError: it is such a trial.
    """

  def random_targets(
    self, random: np.random.Generator, count: int, outputs: int
  ) -> tuple[tuple[str, ...], np.ndarray]:
    """Names of outputs, and random targets, to measure speed with.

    Args:
      random: the source of the targets.
      count: how many examples.
      outputs: how many, where the task doesn't say.
    """

  def check_names(self, names: tuple[str, ...]) -> None:
    """Checks the names of a finished model's outputs.

    Raises:
      InputError: they don't go with the task's fields.
    """

  # How a network learns it; all of it on the device, but for `weights`.

  def weights(self, targets: Int[np.ndarray, 'n *a'], outputs: int) -> np.ndarray:
    """What the loss needs to know of all targets of a training side."""

  def targets(self, targets: Int[Array, 'b *a'], weights: Array) -> Any:
    """What the loss takes of a batch."""

  def losses(self, logits: Float[Array, 'b n'], targets: Any) -> Float[Array, 'b']:
    """The loss of each example."""

  def probabilities(self, logits: Float[Array, 'b n']) -> Float[Array, 'b n']:
    """What each logit says."""

  def sums(self, logits: Float[Array, 'b n'], targets: Any) -> Mapping[str, Array]:
    """What a batch adds to the metrics, to be divided by its `count` in the end."""

  # What a run of it comes to.

  def described(self, clip_set: ClipSet) -> dict[str, Any]:
    """What dataset.json says of the targets."""

  def label(self, clip_set: ClipSet, example: int) -> str:
    """The target of a clip, in words."""

  def floors(
    self, data: TrialData, dataset: DatasetConfig, console: Console
  ) -> Callable[[], Sequence[Any]]:
    """Starts to fit the baselines of all trials; the function returned waits for them.

    They are by the number of their trial, in the order of `data.wanted`.
    """

  def floor_result(self, floor: Any) -> TrialResult:
    """What a trial's result holds of its baselines."""

  def trial_result(
    self, clip_set: ClipSet, trial: Trial, predictions: Predictions
  ) -> TrialResult:
    """What a trial's result holds of the test of its model."""

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
      probabilities: of their files, for each of `arrays`.
      resampled: as `ProtocolConfig.resampled`.
    """

  def prediction_rows(
    self, names: Sequence[str], results: Sequence[dict]
  ) -> list[list[Any]]:
    """The lines of predictions.csv, its header first; empty where there is no file."""

  def pictures(self, summary: dict, results: Sequence[dict]) -> dict[str, Figure]:
    """Pictures of a run, by the names of their files."""

  def scoreboard(self, summary: dict) -> Scoreboard:
    """What a terminal shows of a run that was tested."""

  def notes(self, summary: dict) -> tuple[str, ...]:
    """What else a reader of the pictures must know, a sentence each."""

  # What a report says of runs on one dataset that were tested.

  def check_files(
    self, dataset: dict, summary: dict, trials: Mapping[str, dict]
  ) -> None:
    """Checks that the files of a run go together; trials are by their file's name.

    Raises:
      InputError: they don't; names the file.
    """

  def rows(self, results: Sequence[dict]) -> list[dict]:
    """Each tested clip of each trial, with `label` and `predicted`; [] of frames."""

  def report_tables(self, runs: Sequence[RunResults], caption: str) -> list[Table]:
    """Scores beside published ones and baselines, and in pairs."""

  def report_pictures(self, runs: Sequence[RunResults]) -> list[Picture]:
    """The figures of a report."""

  def compare(self, ours: RunResults, theirs: RunResults) -> Comparison:
    """By how much a run is better than another, where both tested the same."""

  def limits(self, run: RunResults) -> str:
    """What a model card warns of."""
