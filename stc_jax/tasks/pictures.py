"""Pictures of a run: confusion matrix, action units and training curves."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stc_jax import plots

_INK, _TRAIN = '#1b2a41', '#2a6f97'
_TESTED = ('#c1121f', '#bc6c25', '#e09f3e', 'gray')
# With more classes the cells of a confusion matrix have no text, and the matrix has
# this many inches a side.
_MOST_WORDS, _SIDE = 30, 15


@plots.style()
def confusion(summary: dict) -> Figure:
  """Draws the pooled confusion matrix, rows in percent, counts below.

  With many classes the cells have no text, as each text takes memory.
  """
  counts = np.array(summary['confusion'])
  share = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
  classes = summary['classes']
  has_words = len(classes) <= _MOST_WORDS
  cells = 0.75 * len(classes) if has_words else _SIDE
  figure = Figure(figsize=(2.2 + cells, 2.2 + cells), layout='constrained')
  axes = figure.add_subplot()
  image = axes.imshow(share, cmap='Blues', vmin=0, vmax=100)
  if has_words:
    _write_in_cells(axes, counts, share)
  else:
    figure.colorbar(image, shrink=0.5)
  plots.class_ticks(axes.xaxis, classes, cells, rotation=35 if has_words else 90)
  plots.class_ticks(axes.yaxis, classes, cells)
  axes.set_xlabel('predicted')
  axes.set_ylabel('truth')
  said = 'rows in %, clips in brackets' if has_words else 'rows in %'
  axes.set_title(f'{title(summary, "accuracy")}\n{said}', fontsize=10)
  return figure


@plots.style()
def training_curves(
  results: Sequence[dict], heading: str, tested: Mapping[str, float | None]
) -> Figure:
  """Draws loss and accuracy on training batches: the mean of trials, and their range.

  Args:
    results: of all trials.
    heading: of the picture.
    tested: test scores after the last step, by name; None: no score.
  """
  losses, accuracies = (
    np.array([result[name] for result in results])
    for name in ('train_losses', 'train_accuracies')
  )
  figure = Figure(figsize=(10.5, 3.6), layout='constrained')
  left, right = figure.subplots(1, 2)
  for axes, curves, name in (
    (left, losses, 'training loss'),
    (right, accuracies, 'accuracy'),
  ):
    _band(axes, plots.smooth(curves))
    axes.set_xlabel('step')
    axes.set_ylabel(name)
    axes.spines[['top', 'right']].set_visible(False)
  for (name, value), colour in zip(tested.items(), _TESTED, strict=False):
    if value is None:
      continue
    right.axhline(value, color=colour, linestyle=':', linewidth=1, zorder=0)
    right.plot(losses.shape[1], value, 'o', color=colour, label=f'{name} {value:.1%}')
  right.set_ylim(0, 1.02)
  right.legend(fontsize=8, loc='upper left', bbox_to_anchor=(1, 1))
  figure.suptitle(heading, fontsize=10)
  return figure


@plots.style()
def action_units(summary: dict, heading: str) -> Figure:
  """Draws F1, AUC and prevalence of each action unit, and the scores of the floor.

  The pale bars are F1 at thresholds chosen on training frames, the others F1 at 0.5. A
  cross is the F1 of always predicting the action unit.
  """
  aus = summary['aus']
  places = np.arange(len(aus))
  figure = Figure(figsize=(2.5 + 0.75 * len(aus), 5.4), layout='constrained')
  upper, lower = figure.subplots(2, 1, sharex=True)
  for axes, field, name in ((upper, 'f1', 'F1 (pale: tuned)'), (lower, 'auc', 'AUC')):
    for shift, prefix, colour, label in (
      (-0.19, '', _TRAIN, summary['model']),
      (0.19, 'floor_', '#e09f3e', 'ridge on HOG'),
    ):
      heights = [au[prefix + field] or 0 for au in aus.values()]
      if axes is upper:
        tuned = [au[f'{prefix}tuned_f1'] or 0 for au in aus.values()]
        axes.bar(places + shift, tuned, 0.36, color=colour, alpha=0.35)
      axes.bar(places + shift, heights, 0.36, color=colour, label=label)
    axes.set_ylabel(name)
    axes.set_ylim(0, 1)
    axes.spines[['top', 'right']].set_visible(False)
  shares = [au['prevalence'] or 0 for au in aus.values()]
  upper.plot(places, shares, '_', color=_INK, markersize=26, label='prevalence')
  always = [au['constant_f1'] or 0 for au in aus.values()]
  upper.plot(places, always, 'x', color=_INK, markersize=6, label='always')
  lower.axhline(0.5, color='gray', linestyle=':', linewidth=1)
  upper.legend(fontsize=8, ncols=4, loc='lower right', bbox_to_anchor=(1, 1))
  lower.set_xticks(places, list(aus))
  figure.suptitle(heading, fontsize=10, x=0.02, ha='left')
  return figure


def _write_in_cells(
  axes: Axes,
  counts: Int[np.ndarray, 'classes classes'],
  share: Float[np.ndarray, 'classes classes'],
) -> None:
  for i, j in np.ndindex(counts.shape):
    colour = 'white' if share[i, j] > 55 else _INK
    words = f'{share[i, j]:.1f}\n({counts[i, j]})' if counts[i, j] else '0'
    axes.text(j, i, words, ha='center', va='center', color=colour, fontsize=8)


def _band(axes, curves: Float[np.ndarray, 'trials steps']) -> None:
  steps = np.arange(1, curves.shape[1] + 1)
  low, high = curves.min(axis=0), curves.max(axis=0)
  axes.fill_between(steps, low, high, color=_TRAIN, alpha=0.2, linewidth=0)
  axes.plot(steps, curves.mean(axis=0), color=_TRAIN, label='training batches')


def title(summary: dict, score: str) -> str:
  """Model, dataset and the mean score over trials."""
  words, mean = f'{summary["model"]} on {summary["dataset"]}', f'trial_{score}_mean'
  if summary[mean] is None:
    return words
  name = {'accuracy': '', 'f1': 'F1 '}[score]
  count = summary['trials']
  return f'{words}: {name}{summary[mean]:.1%} over {count} trial{"s" * (count != 1)}'
