"""Measures how often clips count as outside of the training clips; trains nothing.

    python -m benchmarks.distance --config=launch/synthetic.py

For each trial of a launch file, measures its training clips, and the distance of its
test clips from them, as they are and altered. Prints the share of test clips that are
farther than `looks.FAR`, in all and by measure.
"""

import numpy as np
from absl import flags
from jaxtyping import Float, UInt8
from rich.table import Table
from scipy import ndimage

from stc_jax.cli import command_line, launch_file
from stc_jax.console import terminal
from stc_jax.data import looks
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.looks import FAR, MEASURES
from stc_jax.data.protocols import Trial
from stc_jax.faces.images import resize
from stc_jax.runs import config, run_data

flags.adopt_module_key_flags(launch_file)
Clip = UInt8[np.ndarray, 't h w 3']


def _blurred(clip: Clip) -> Clip:
  sigma = clip.shape[1] / 32
  return ndimage.gaussian_filter(clip, (0, sigma, sigma, 0))


def _gray(clip: Clip) -> Clip:
  return np.repeat(clip.mean(axis=-1, keepdims=True).astype(np.uint8), 3, axis=-1)


def _dark(clip: Clip) -> Clip:
  return (0.4 * clip).astype(np.uint8)


def _enlarged(clip: Clip) -> Clip:
  height, width = clip.shape[1:3]
  y, x = height // 6, width // 6
  return resize(clip[:, y : height - y, x : width - x], height, width)


def _displaced(clip: Clip) -> Clip:
  return np.roll(clip, clip.shape[2] // 8, axis=2)


def _shaken(clip: Clip) -> Clip:
  reach, random = clip.shape[1] // 12, np.random.default_rng(0)
  places = random.integers(-reach, reach + 1, (len(clip), 2))
  moved = [np.roll(f, at, (0, 1)) for f, at in zip(clip, places, strict=True)]
  return np.stack(moved)


ALTERED = {
  'as it is': lambda clip: clip,
  'blurred by 1/32 of the side': _blurred,
  'gray': _gray,
  'dark (0.4 of the light)': _dark,
  'enlarged 1.5 times': _enlarged,
  'displaced by 1/8 of the side': _displaced,
  'shaken by up to 1/12 of the side': _shaken,
}


def main() -> None:
  """Prints a row for each alteration."""
  experiment = config.from_sections(launch_file.read().to_dict())
  data = run_data.load(experiment)
  title = f'{data.clip_set.name}: % of test clips farther than {FAR}'
  table = Table('test clips', 'in any measure', *MEASURES, title=title)
  for name, alter in ALTERED.items():
    found = np.concatenate(
      [distances(data.clip_set, trial, alter) for trial in data.wanted]
    )
    far = [(found > FAR).any(axis=1), *(found > FAR).T]
    table.add_row(name, *(f'{100 * np.mean(own):.1f}' for own in far))
  terminal.console(width=120).print(table)


def distances(
  clip_set: ClipSet, trial: Trial, alter
) -> Float[np.ndarray, 'n measures']:
  """The distance of each altered test clip in each measure; 0 in unused ones."""
  trained = looks.of_clips(clip_set, trial.train)
  rows = []
  for number in trial.test:
    clip = alter(looks.shown(clip_set, number))
    found = looks.measures_of(clip, trained.edges)
    rows.append(
      [trained.distance(n, found[n]) if n in trained.ranges else 0.0 for n in MEASURES]
    )
  return np.array(rows)


if __name__ == '__main__':
  command_line.run(main)
