"""The cells of the matrix of laboratories: training, tests and floors."""

import functools
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import numpy as np

from benchmarks import laboratory_tables as tables
from benchmarks.laboratory_recipes import RECIPES
from stc_jax import files
from stc_jax.baselines import clip_floors, svm
from stc_jax.data import catalogue, preparation, records
from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError
from stc_jax.predict import model as models
from stc_jax.run_folder import layout

_SET = 'synthetic_faces'


def train(
  run: pathlib.Path, row: str, recipe: str, seed: int, steps: int, size: int
) -> None:
  """Trains a model in a laboratory, unless its run is finished.

  Raises:
    InputError: the run failed.
  """
  if layout.is_summed_up(run):
    return
  low = steps // 5
  fields = {
    'protocol.kind': 'all',
    'protocol.seed': seed,
    'input.height': size,
    'input.width': size,
    'training.stages': ((steps - low, 0.0004), (low, 0.00004)),
    'execution.steps_per_chunk': 100,
  }
  argv = [
    *(sys.executable, '-m', 'stc_jax.main', f'--workdir={run}'),
    RECIPES[recipe][0],
    f'--config.dataset.builder_config=laboratory_{row}',
    *(change.format(row=row) for change in RECIPES[recipe][1:]),
    *(f'--config.{name}={value}' for name, value in fields.items()),
  ]
  if subprocess.run(argv, stdout=subprocess.DEVNULL).returncode:
    raise InputError(f'{run}: its run failed')


def test(run: pathlib.Path, row: str, column: str, out: pathlib.Path) -> None:
  """Tests a finished run in a laboratory, and writes the cell unless it is there."""
  score(run, tables.cell(run.parent, row, column), column)
  place = tables.floors(out, row, column)
  if not place.exists():
    _write(place, fit_floors(row, column))


def score(run: pathlib.Path, cell: pathlib.Path, column: str) -> None:
  """Tests a finished run on the other people of a laboratory, unless that is done."""
  if not cell.exists():
    model = _loaded(run)
    right = [
      model.names[int(model(clip.frames, clip.fps).argmax())] == truth
      for clip, truth in clips(f'{column}_others')
    ]
    _write(cell, {'accuracy': float(np.mean(right)), 'right': right})


_loaded = functools.lru_cache(maxsize=1)(models.load)


def fit_floors(row: str, column: str) -> dict:
  """The floors of a cell: linear SVMs, fitted in one laboratory, tested in another."""
  own, others = list(clips(row)), list(clips(f'{column}_others'))
  # The features are in the order of the clips' names.
  named = [
    (clip._replace(clip=f'{number:05d}', subject=f'{side} {clip.subject}'), truth)
    for number, (side, (clip, truth)) in enumerate(
      [('train', pair) for pair in own] + [('test', pair) for pair in others]
    )
  ]
  features = clip_floors.appearance([clip for clip, _ in named], 'most_changed')
  trial = Trial(0, 0, 0, np.arange(len(own)), np.arange(len(own), len(named)))
  labels = np.unique([truth for _, truth in named], return_inverse=True)[1]
  groups = np.array([clip.subject for clip, _ in named])
  return svm.trial_floors(features, labels, groups, trial)


def clips(name: str) -> Iterator[tuple[records.PreparedClip, str]]:
  """Yields the clips of a laboratory's set, rendered if missing, and their classes."""
  config = f'laboratory_{name}'
  if not catalogue.is_current(_SET, config):
    preparation.prepare(_SET, config)
  builder = catalogue.prepared_builder(_SET, config)
  classes = builder.info.features['label'].names
  for clip in records.of(builder):
    yield clip, classes[clip.label]


def _write(place: pathlib.Path, content: dict) -> None:
  place.parent.mkdir(parents=True, exist_ok=True)
  files.write(place, files.as_json(content))
