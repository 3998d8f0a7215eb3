"""The result of a trial of detection, for the run's folder."""

import numpy as np

from stc_jax.data.clip_set import ClipSet
from stc_jax.data.protocols import Trial
from stc_jax.evaluation import detection
from stc_jax.tasks.frame_scores import CUT
from stc_jax.tasks.trials import Predictions, TrialResult


def trial_result(
  clip_set: ClipSet, trial: Trial, predictions: Predictions
) -> TrialResult:
  """Scores and thresholds, and the truth and probabilities of each tested frame.

  Without a sample of training frames all thresholds are 0.5.
  """
  thresholds = np.full(len(clip_set.names), CUT)
  if predictions.sample is not None:
    thresholds = detection.thresholds(
      clip_set.targets[predictions.sample], predictions.sample_probabilities
    )
  clips, places = np.unique(
    [clip_set.clips[i] for i in trial.test], return_inverse=True
  )
  targets, probabilities = clip_set.targets[trial.test], predictions.probabilities
  everybody = np.zeros(len(trial.test), int)
  counts = detection.count(targets, probabilities >= CUT, everybody, 1)
  fields = {
    'train_frames': len(trial.train),
    'test_frames': len(trial.test),
    'thresholds': thresholds.tolist(),
    'f1_mean': float(detection.f1(counts).mean()) if len(trial.test) else None,
  }
  frames = {
    'aus': np.array(clip_set.names),
    'clips': clips.astype(str),
    'clip': places.astype(np.int32),
    'frame_number': clip_set.labelled.numbers[trial.test],
    'target': targets,
    'probabilities': probabilities,
  }
  return TrialResult(fields, {'predictions': frames})
