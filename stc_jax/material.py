"""What a run works on: the prepared clips, cut into the protocol's trials."""

import dataclasses

import numpy as np

from stc_jax.data import catalogue, folds, source
from stc_jax.data.resident import Resident, TrialIndices, resident, stack_trials
from stc_jax.evaluation import floor
from stc_jax.experiment import Experiment


@dataclasses.dataclass(frozen=True)
class Material:
  """What all trials of a run share.

  Attributes:
    clip_set: the prepared set, whole clips.
    data: the same at the model's size, for the device.
    trials: the protocol's; `stack` is the same as arrays.
    features: of each clip's strongest frame, for the static floor.
  """

  clip_set: source.ClipSet
  data: Resident
  trials: list[folds.Trial]
  stack: TrialIndices
  features: np.ndarray


def gather(experiment: Experiment) -> Material:
  """Loads the prepared set and cuts it into the protocol's trials.

  Raises:
    InputError: the set isn't prepared, can't be read, or is too small for the protocol.
  """
  dataset, size = experiment.dataset, experiment.model.architecture
  builder = catalogue.prepared_builder(
    dataset.name, dataset.builder_config, dataset.data_dir
  )
  clip_set = source.load(builder)
  trials = folds.trials(clip_set, experiment.protocol)
  clips = source.fixed_length(
    clip_set, size.frames, size.height, size.width, dataset.frame_rate
  )
  strongest = source.strongest_frames(clip_set, dataset.strongest_frame)
  return Material(
    clip_set=clip_set,
    data=resident(clips, clip_set.labels),
    trials=trials,
    stack=stack_trials(trials, experiment.training.batch_size),
    features=floor.hog(strongest),
  )
