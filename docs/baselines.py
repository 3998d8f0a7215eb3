"""Prints what a linear SVM reaches on the embedded set: how much change tells.

Command: python docs/baselines.py

It sees HOG features of the last frame, then those and their change from the first
frame, in ten folds of subjects, with the static floor's own settings.
"""

import numpy as np
from absl import flags

from stc_jax.console import command_line
from stc_jax.data import folds, preparation, source
from stc_jax.evaluation import floor

_CONFIG = flags.DEFINE_string('builder_config', 'neutral_to_apex', 'Which set.')


def main() -> None:
  """Prepares the set where it isn't, and prints two accuracies."""
  clip_set = source.load(preparation.prepare('synthetic_faces', _CONFIG.value))
  protocol = folds.ProtocolConfig(
    folds=10, repeats=1, unit='subject', seed=0, first_trials=0
  )
  trials = folds.trials(clip_set, protocol)
  last = floor.hog([frames[-1] for frames in clip_set.frames])
  change = last - floor.hog([frames[0] for frames in clip_set.frames])
  for name, features in (
    ('HOG of the last frame', last),
    ('and its change from the first', np.hstack([last, change])),
  ):
    accuracies = [floor.floor_accuracy(features, clip_set.labels, t) for t in trials]
    print(f'{name}: {np.mean(accuracies):.1%}')


if __name__ == '__main__':
  command_line.run(main)
