"""Heat maps over the frames of a clip (Yu et al. 2018, figure 1)."""

import pathlib
from typing import NamedTuple

import cv2
import matplotlib as mpl
import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure

from stc_jax import plots
from stc_jax.bundle import bundle_folder
from stc_jax.errors import InputError
from stc_jax.faces.images import resize
from stc_jax.predict.attribution import Attribution, attribute
from stc_jax.report import collect
from stc_jax.report.report_folder import make_folder
from stc_jax.run_folder import layout
from stc_jax.run_folder.finished_run import Run

_COLUMNS, _SIDE = 9, 96
_HEAT = 0.55  # opacity of the heat map


class _FilmRow(NamedTuple):
  """A row of the picture: its name, and the colours of each frame in 0..1."""

  name: str
  frames: Float[np.ndarray, 't h w 3']


def draw(folder: pathlib.Path, clip: str, where: pathlib.Path) -> str:
  """Draws features and attribution of a run's model for a clip of its tests.

  Args:
    folder: of the run.
    clip: its name, as in predictions.csv.
    where: the folder of the picture and the animation.

  Returns:
    The name of both files without its ending.

  Raises:
    InputError: the run is unfinished, has a task without heat maps, or has no such test
      clip; or its dataset isn't prepared here.
  """
  (run, *_), _ = collect.finished_runs([folder])
  frames, length, found = _explained(run, clip)
  rows = _rows(frames[:length], found, length)
  title = f'{clip}: {found.label} ({found.probability:.0%}), {run.name}'
  make_folder(where)
  stem = f'features_{clip}'.replace('/', '_')
  plots.save_png(_picture(rows, title), where / f'{stem}.png')
  _animation(rows, where / f'{stem}.gif')
  return stem


def _explained(
  run: Run, clip: str
) -> tuple[UInt8[np.ndarray, 't h w 3'], int, Attribution]:
  """The input frames of the model, how many aren't padding, and the maps."""
  if not run.task.has_heatmaps:
    raise InputError(
      f'--features={clip}: the task of {run.folder} has no heat maps; name a run that '
      'classifies clips'
    )
  trial = next((row for row in run.rows if row['clip'] == clip), None)
  if trial is None:
    raise InputError(
      f'--features={clip}: no test clip of {run.folder}; name one of predictions.csv'
    )
  model = bundle_folder.load(
    layout.model(run.folder, layout.trial_name(trial['repeat'], trial['fold']))
  )
  record = next((r for r in run.clips() if r.clip == clip), None)
  if record is None:
    raise InputError(
      f'--features={clip}: not in the dataset that is prepared here; prepare that of '
      f'{run.folder}/dataset.json'
    )
  size = model.input
  numbers, length = size.window(record.frames, record.fps)
  frames = resize(record.frames[numbers], size.height, size.width)
  return frames, length, attribute(model, frames, length)


def _rows(
  frames: UInt8[np.ndarray, 't h w 3'], found: Attribution, length: int
) -> list[_FilmRow]:
  rows = [_FilmRow('frames', _enlarged(frames / 255.0))]
  for number, layer in enumerate(found.layers, start=1):
    rows.append(_FilmRow(f'conv{number}', _heated(frames, layer[:length])))
  return [*rows, _FilmRow('decision', _heated(frames, _soft(found.decision[:length])))]


def _soft(heat: Float[np.ndarray, 't h w']) -> Float[np.ndarray, 't h w']:
  """Blurs over 1/32 of the side, as single pixels can't be seen."""
  blur = heat.shape[1] / 32
  return np.stack([cv2.GaussianBlur(frame, (0, 0), blur) for frame in heat])


def _heated(
  frames: UInt8[np.ndarray, 't h w 3'], heat: Float[np.ndarray, 't h w']
) -> Float[np.ndarray, 't side side 3']:
  """Frames in gray under a heat map with one scale for all frames."""
  gray = frames.mean(axis=-1, keepdims=True) / 255.0
  low, high = np.percentile(heat, (1, 99.5))
  scaled = np.clip((heat - low) / max(high - low, 1e-9), 0, 1)
  colours = mpl.colormaps['inferno'](_enlarged(scaled))[..., :3]
  return (1 - _HEAT) * _enlarged(np.repeat(gray, 3, axis=-1)) + _HEAT * colours


def _enlarged(frames: Float[np.ndarray, 't h w *c']) -> np.ndarray:
  shape = (_SIDE, _SIDE)
  big = [
    cv2.resize(np.float32(frame), shape, interpolation=cv2.INTER_CUBIC)
    for frame in frames
  ]
  return np.clip(np.stack(big), 0, 1)


@plots.style()
def _picture(rows: list[_FilmRow], title: str) -> Figure:
  """Draws the rows, with a column for each of up to nine frames."""
  count = min(_COLUMNS, len(rows[0].frames))
  numbers = np.linspace(0, len(rows[0].frames) - 1, count).round().astype(int)
  size = (0.9 + 1.05 * count, 0.5 + 1.1 * len(rows))
  figure = Figure(figsize=size, layout='constrained')
  grid = figure.subplots(len(rows), count, squeeze=False)
  for own, row in zip(grid, rows, strict=True):
    for axes, number in zip(own, numbers, strict=True):
      axes.imshow(row.frames[number])
      axes.set(xticks=[], yticks=[])
    own[0].set_ylabel(row.name, fontsize=9)
  for axes, number in zip(grid[0], numbers, strict=True):
    axes.set_title(f'frame {number + 1}', fontsize=8)
  figure.suptitle(title, fontsize=10)
  return figure


def _animation(rows: list[_FilmRow], path: pathlib.Path) -> None:
  """Writes an animation of all rows side by side."""
  steps = [np.hstack(step) for step in zip(*(row.frames for row in rows), strict=True)]
  plots.save_gif([np.uint8(255 * step) for step in steps], path)
