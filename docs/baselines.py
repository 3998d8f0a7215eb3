"""Prints the accuracy of linear SVMs on the rendered sets, as a Markdown table.

Command: python -m docs.baselines

These are the baselines of six trials (the demo's three folds by subject, and three
others): HOG features of the last frame, and of the change from the first frame, alone
or with the last.
"""

import numpy as np

from stc_jax.baselines import clip_floors, svm
from stc_jax.cli import command_line
from stc_jax.data import preparation, records
from stc_jax.launch import synthetic
from stc_jax.runs import run_data
from stc_jax.runs.config import from_sections

_CONFIGS = (
  'neutral_to_apex',
  'neutral_to_apex_tuning',
  'neutral_to_apex_laboratory',
  'neutral_to_apex_laboratory_tuning',
)
_FLOORS = ('floor_accuracy', 'temporal_floor_accuracy')


def main() -> None:
  """Prepares the sets that are missing, and prints two accuracies of each."""
  for name in _CONFIGS:
    preparation.prepare('synthetic_faces', name)
  print('| config | last frame | change |\n|---|---|---|')
  for name in _CONFIGS:
    print(f'| `{name}` | ' + ' | '.join(f'{a:.1%}' for a in _accuracies(name)) + ' |')


def _accuracies(name: str) -> list[float]:
  """The means over folds of the two floors of a config."""
  config = synthetic.get_config()
  config.protocol.repeats = 2
  config.dataset.builder_config = name
  data = run_data.load(from_sections(config.to_dict()))
  appearance = clip_floors.appearance(records.of(data.builder), 'last')
  labels, groups = data.clip_set.targets, np.array(data.clip_set.subjects)
  found = [svm.trial_floors(appearance, labels, groups, t) for t in data.trials]
  return [float(np.mean([trial[key] for trial in found])) for key in _FLOORS]


if __name__ == '__main__':
  command_line.run(main)
