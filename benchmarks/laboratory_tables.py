"""The tables of the matrix of laboratories, from the files of its cells."""

import itertools
import json
import pathlib
from collections.abc import Sequence

import numpy as np

_SCORES = ('accuracy', 'floor_accuracy', 'temporal_floor_accuracy')


def cell(folder: pathlib.Path, row: str, column: str) -> pathlib.Path:
  """The file of a seed's cell."""
  return folder / f'{row}-{column}.json'


def floors(out: pathlib.Path, row: str, column: str) -> pathlib.Path:
  """The file of a cell's floors, which all recipes share."""
  return cell(out / 'floors', row, column)


def _read(place: pathlib.Path) -> dict:
  return json.loads(place.read_text(encoding='utf-8')) if place.exists() else {}


def table(folder: pathlib.Path, names: tuple[str, ...], out: pathlib.Path) -> str:
  """The finished cells of a recipe and seed, in Markdown."""
  lines = [f'| trained in | {" | ".join(names)} |', '|---' * (len(names) + 1) + '|']
  for row in names:
    cells = []
    for column in names:
      found = _read(cell(folder, row, column))
      limits = _read(floors(out, row, column))
      if not found:
        cells.append('')
        continue
      scores = [(limits | found).get(key, np.nan) for key in _SCORES]
      cells.append('{:.1%} ({:.1%}, {:.1%})'.format(*scores))
    lines.append(f'| {row} | {" | ".join(cells)} |')
  return '\n'.join(lines)


def means(folder: pathlib.Path, names: tuple[str, ...]) -> list[str]:
  """A line for each seed, and a last one with the means over complete seeds."""
  lines, complete = [], []
  for own in sorted(path for path in folder.iterdir() if path.is_dir()):
    grid = _grid(own, names)
    pair = _pair(grid)
    rows = int(np.isfinite(grid).all(axis=1).sum())
    lines.append(f'seed {own.name}, {rows} of {len(names)} rows: {_in_words(pair)}')
    if rows == len(names):
      complete.append(pair)
  if complete:
    seeds = f'{len(complete)} complete seed{"s" * (len(complete) > 1)}'
    lines.append(f'{folder.name}, {seeds}: {_in_words(np.mean(complete, axis=0))}')
  return lines


def _grid(folder: pathlib.Path, names: tuple[str, ...]) -> np.ndarray:
  """float[n, n]: the accuracy of each cell of a seed; NaN where it is missing."""
  cells = [[_read(cell(folder, r, c)) for c in names] for r in names]
  return np.array([[one.get('accuracy', np.nan) for one in row] for row in cells])


def _pair(grid: np.ndarray) -> tuple[float, float]:
  """The means on and off the diagonal of what is there; NaN where nothing is."""
  same = np.eye(len(grid), dtype=bool)
  parts = [part[np.isfinite(part)] for part in (grid[same], grid[~same])]
  own, others = [float(part.mean()) if len(part) else np.nan for part in parts]
  return own, others


def _in_words(pair: Sequence[float]) -> str:
  return f'own laboratory {pair[0]:.1%}, others {pair[1]:.1%}'


def below_floors(
  folder: pathlib.Path, names: tuple[str, ...], out: pathlib.Path
) -> list[str]:
  """The cells whose mean over their seeds is below one of their floors."""
  seeds = [own for own in sorted(folder.iterdir()) if own.is_dir()]
  grids = np.array([_grid(own, names) for own in seeds])
  found = []
  for (i, row), (j, column) in itertools.product(enumerate(names), repeat=2):
    scores = grids[:, i, j][np.isfinite(grids[:, i, j])]
    limits = _read(floors(out, row, column))
    highest = max((limits.get(key, 0.0) for key in _SCORES[1:]), default=0.0)
    if len(scores) and scores.mean() < highest:
      found.append(f'{row} in {column}')
  return found
