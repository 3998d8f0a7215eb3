"""Prints what linear SVMs reach on the embedded set: how much change tells.

Command: python -m docs.baselines

The floors of a run, in ten folds of subjects: HOG features of the last frame, and of
the change from the first frame, alone or beside it.
"""

import numpy as np
from absl import flags

from launch import synthetic
from stc_jax.console import command_line
from stc_jax.data import preparation
from stc_jax.evaluation import floors
from stc_jax.runs import floors as run_floors
from stc_jax.runs import run_data
from stc_jax.runs.config import from_sections

_CONFIG = flags.DEFINE_string('builder_config', 'neutral_to_apex', 'Which set.')


def main() -> None:
  """Prepares the set where it isn't, and prints two accuracies."""
  preparation.prepare('synthetic_faces', _CONFIG.value)
  config = synthetic.get_config()
  config.dataset.builder_config = _CONFIG.value
  config.protocol.folds = 10
  data = run_data.load(from_sections(config.to_dict()))
  appearance = run_floors.appearance(data.builder, 'last')
  labels, groups = data.clip_set.labels, np.array(data.clip_set.subjects)
  found = [floors.trial_floors(appearance, labels, groups, t) for t in data.trials]
  for name in ('floor_accuracy', 'temporal_floor_accuracy'):
    print(f'{name}: {np.mean([trial[name] for trial in found]):.1%}')


if __name__ == '__main__':
  command_line.run(main)
