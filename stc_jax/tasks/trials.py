"""The data of a run that tasks read, and the results that they return."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from jaxtyping import Float, Int

from stc_jax.data.clip_set import ClipSet
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.labelled_set import LabelledSet
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.data.protocols import Trial


class TrialData(Protocol):
  """The data of a run, split into trials.

  Attributes:
    builder: of the prepared set, or several joined ones.
    clip_set: its examples.
    trials: of the whole protocol.
    wanted: the trials to run: the first ones, or all.
    folds: the number of trials in a complete repeat.
  """

  builder: PreparedSet | LabelledSet
  clip_set: ClipSet
  trials: list[Trial]
  wanted: list[Trial]

  @property
  def folds(self) -> int:
    """See above."""


class FloorSet(NamedTuple):
  """A set that baselines of another set are fitted on, or tested on.

  Attributes:
    builder: of the prepared set, or several joined ones.
    dataset: its section of a launch file.
    clip_set: its examples.
    examples: those to use.
  """

  builder: PreparedSet | LabelledSet
  dataset: DatasetConfig
  clip_set: ClipSet
  examples: Int[np.ndarray, 'n']


class Predictions(NamedTuple):
  """The predictions of a trial's model.

  Attributes:
    probabilities: of its test examples, in their order.
    sample: the numbers of some of its training examples; None if the task doesn't use
      them.
    sample_probabilities: of these examples.
  """

  probabilities: Float[np.ndarray, 'm n']
  sample: Int[np.ndarray, 'k'] | None
  sample_probabilities: Float[np.ndarray, 'k n'] | None


class TrialResult(NamedTuple):
  """A part of a trial's result in the run's folder.

  Attributes:
    fields: of its JSON file.
    arrays: of separate files, by the folder of the file.
  """

  fields: dict[str, Any]
  arrays: Mapping[str, Mapping[str, np.ndarray]] = {}


class RunResults(Protocol):
  """The part of a finished run that reports of its task read.

  Attributes:
    name: in tables; no other run has it.
    method: its name in its study, or that of its model; the paper's, if it has one.
    title: the dataset's name, config and version.
    database: a folder of datasets/.
    config, summary, dataset: its files of that name.
    network: the fields of its model.
    trials: the results of its trials, in order.
    folds: the text of folds.csv: the clips that each trial tests.
  """

  name: str
  method: str
  title: str
  database: str
  config: dict
  summary: dict
  dataset: dict
  network: dict
  trials: list[dict]
  folds: str

  def arrays(self, name: str, trial: dict, fields: Sequence[str]) -> list[np.ndarray]:
    """Arrays of a trial, from its file in the folder of this name."""
