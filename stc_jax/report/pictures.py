"""What people would rather look at: the confusion matrix and the training curves."""

import pathlib

import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

_INK, _TRAIN = '#1b2a41', '#2a6f97'


def confusion(path: pathlib.Path, summary: dict) -> None:
  """Draws the pooled confusion matrix, rows in percent, counts below."""
  counts = np.array(summary['confusion'])
  share = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
  classes = summary['classes']
  side = 2.2 + 0.75 * len(classes)
  figure = Figure(figsize=(side, side), layout='constrained')
  axes = figure.add_subplot()
  axes.imshow(share, cmap='Blues', vmin=0, vmax=100)
  for i, j in np.ndindex(counts.shape):
    colour = 'white' if share[i, j] > 55 else _INK
    words = f'{share[i, j]:.1f}\n({counts[i, j]})' if counts[i, j] else '0'
    axes.text(j, i, words, ha='center', va='center', color=colour, fontsize=8)
  axes.set_xticks(range(len(classes)), classes, rotation=35, ha='right')
  axes.set_yticks(range(len(classes)), classes)
  axes.set_xlabel('predicted')
  axes.set_ylabel('truth')
  axes.set_title(f'{_title(summary)}\nrows in %, clips in brackets', fontsize=10)
  save(figure, path)


def training_curves(
  path: pathlib.Path,
  train_losses: Float[np.ndarray, 'trials steps'],
  train_accuracies: Float[np.ndarray, 'trials steps'],
  summary: dict,
) -> None:
  """Draws loss and accuracy on training batches: the mean of trials, and their range.

  The test accuracy stands at the last step alone, the only one at which it is measured.
  """
  figure = Figure(figsize=(10.5, 3.6), layout='constrained')
  left, right = figure.subplots(1, 2)
  for axes, curves, name in (
    (left, train_losses, 'training loss'),
    (right, train_accuracies, 'accuracy'),
  ):
    _band(axes, _smooth(curves))
    axes.set_xlabel('step')
    axes.set_ylabel(name)
    axes.spines[['top', 'right']].set_visible(False)
  for name, value, colour in (
    ('test', summary['trial_accuracy_mean'], '#c1121f'),
    ('temporal floor, test', summary['temporal_floor_accuracy'], '#bc6c25'),
    ('static floor, test', summary['floor_accuracy'], '#e09f3e'),
    ('chance, test', summary['chance_accuracy'], 'gray'),
  ):
    if value is None:  # nothing was tested
      continue
    right.axhline(value, color=colour, linestyle=':', linewidth=1, zorder=0)
    right.plot(
      train_losses.shape[1], value, 'o', color=colour, label=f'{name} {value:.1%}'
    )
  right.set_ylim(0, 1.02)
  right.legend(fontsize=8, loc='upper left', bbox_to_anchor=(1, 1))
  figure.suptitle(_title(summary), fontsize=10)
  save(figure, path)


def _band(axes, curves: Float[np.ndarray, 'trials steps']) -> None:
  steps = np.arange(1, curves.shape[1] + 1)
  low, high = curves.min(axis=0), curves.max(axis=0)
  axes.fill_between(steps, low, high, color=_TRAIN, alpha=0.2, linewidth=0)
  axes.plot(steps, curves.mean(axis=0), color=_TRAIN, label='training batches')


def _smooth(curves: Float[np.ndarray, 'trials steps']) -> np.ndarray:
  """A running mean over 1/25 of the steps; single batches are too noisy to read."""
  width = max(1, curves.shape[1] // 25)
  sums = np.cumsum(np.pad(curves, ((0, 0), (1, 0))), axis=1)
  ends = np.arange(1, curves.shape[1] + 1)
  starts = np.maximum(ends - width, 0)
  return (sums[:, ends] - sums[:, starts]) / (ends - starts)


def _title(summary: dict) -> str:
  title, accuracy = f'{summary["model"]} on {summary["dataset"]}', ''
  if summary['trial_accuracy_mean'] is not None:
    accuracy = f': {summary["trial_accuracy_mean"]:.1%} over {summary["trials"]} trials'
  return title + accuracy


def save(figure: Figure, path: pathlib.Path) -> None:
  """Writes a PNG in the font that Matplotlib brings along."""
  with mpl.rc_context({'font.family': 'DejaVu Sans'}):
    figure.savefig(path, dpi=150)
