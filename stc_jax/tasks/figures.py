"""The figures of the report as SVG, each of runs on one dataset."""

import functools
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stc_jax import plots
from stc_jax.models import notation
from stc_jax.tasks import clip_tables
from stc_jax.tasks.trials import RunResults

# By Okabe and Ito: distinct for colour-blind people, readable on light and on dark.
COLOURS = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f')
# Text and axes, readable on light and on dark.
_INK = '#7a8290'
_LETTER = 0.08  # inches, the width of a letter in a name
_STYLE = {
  'font.size': 9,
  'svg.hashsalt': 'stc_jax',
  **dict.fromkeys(
    ('text.color', 'axes.labelcolor', 'axes.edgecolor', 'xtick.color', 'ytick.color'),
    _INK,
  ),
  'axes.spines.top': False,
  'axes.spines.right': False,
  'legend.frameon': False,
}


class Picture(NamedTuple):
  """A figure of a report.

  Attributes:
    name: of its file.
    words: what it shows: its text alternative, and its caption.
    svg: its text.
  """

  name: str
  words: str
  svg: str


def _as_svg(draw: Callable[..., Figure]) -> Callable[..., str]:
  """Decorates a drawing function, which then returns an SVG in the report's style."""

  @functools.wraps(draw)
  def drawn(*args) -> str:
    with plots.style(**_STYLE):
      return plots.svg(draw(*args))

  return drawn


@_as_svg
def class_bars(runs: Sequence[RunResults]) -> Figure:
  """Accuracy of each class, a bar for each run (Yu et al. 2018, figures 7 to 9)."""
  classes = runs[0].summary['classes']
  inches = min(max(7.6, 0.2 * len(classes)), 24)
  figure = _figure(inches, 3.2)
  (axes,) = figure.axes
  width, places = 0.84 / len(runs), np.arange(len(classes))
  for number, run in enumerate(runs):
    shares = [100 * (run.summary['class_accuracy'][c] or 0) for c in classes]
    shift = (number - (len(runs) - 1) / 2) * width
    colour = COLOURS[number % len(COLOURS)]
    axes.bar(places + shift, shares, 0.92 * width, color=colour, label=run.name)
  names = plots.drawable(classes)
  fit = sum(len(name) + 2 for name in names) * _LETTER < inches
  plots.class_ticks(axes.xaxis, classes, inches, rotation=0 if fit else 90)
  axes.set_ylabel('accuracy, %')
  axes.set_ylim(0, 100)
  _legend(axes)
  return figure


def depths(runs: Sequence[RunResults]) -> dict[int, RunResults]:
  """Runs of STC-NLSTM that differ only in notation, by their number of conv layers.

  Returns the largest such group, or {} if there is none of two or more.
  """
  groups = defaultdict(dict)
  for run in runs:
    if run.config['model'] == 'stc_nlstm':
      rest = run.config | {'stc_nlstm': run.network | {'notation': ''}}
      count = len(notation.parse(run.network['notation']).convs)
      groups[repr(sorted(rest.items()))][count] = run
  largest = max(groups.values(), key=len, default={})
  return dict(sorted(largest.items())) if len(largest) > 1 else {}


@_as_svg
def layers(of_depth: Mapping[int, RunResults]) -> Figure:
  """Accuracy against the number of conv layers (Yu et al. 2018, figure 10).

  Bars are the standard deviation over trials.
  """
  means, deviations = (
    [100 * (run.summary[field] or np.nan) for run in of_depth.values()]
    for field in ('trial_accuracy_mean', 'trial_accuracy_std')
  )
  figure = _figure(4.6, 3.0)
  (axes,) = figure.axes
  axes.errorbar(
    list(of_depth), means, deviations, color=COLOURS[0], marker='o', capsize=4
  )
  axes.set_xticks(list(of_depth))
  axes.set_xlabel('conv layers')
  axes.set_ylabel('accuracy, %')
  return figure


@_as_svg
def curves(runs: Sequence[RunResults]) -> Figure:
  """Training loss of each run, averaged over its trials and smoothed."""
  figure = _figure(7.6, 3.0)
  (axes,) = figure.axes
  for number, run in enumerate(runs):
    losses = np.array([trial['train_losses'] for trial in run.trials])
    smooth = plots.smooth(losses).mean(axis=0)
    kept = np.unique(np.linspace(0, len(smooth) - 1, 200).astype(int))
    colour = COLOURS[number % len(COLOURS)]
    axes.plot(kept + 1, smooth[kept], color=colour, label=run.name)
  axes.set_xlabel('step')
  axes.set_ylabel('training loss')
  _legend(axes)
  return figure


@_as_svg
def reliability(runs: Sequence[RunResults]) -> Figure:
  """Accuracy against confidence; on the dashed line they are equal."""
  figure = _figure(4.6, 3.4)
  (axes,) = figure.axes
  axes.plot([0, 1], [0, 1], color=_INK, linestyle='--', linewidth=1)
  for number, run in enumerate(runs):
    bins = clip_tables.calibration_of(run)
    some = bins.counts > 0
    colour = COLOURS[number % len(COLOURS)]
    axes.plot(
      bins.confidences[some],
      bins.accuracies[some],
      color=colour,
      marker='o',
      markersize=3,
      label=run.name,
    )
  axes.set_xlabel('confidence')
  axes.set_ylabel('accuracy')
  axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
  _legend(axes)
  return figure


@_as_svg
def subjects(run: RunResults) -> Figure:
  """The distribution of the accuracy over subjects."""
  shares = [100 * share for _, share in clip_tables.subject_shares(run)]
  figure = _figure(4.6, 2.6)
  (axes,) = figure.axes
  axes.hist(shares, bins=np.linspace(0, 100, 21), color=COLOURS[0])
  axes.set_xlabel(f'accuracy of a subject, %: {run.name}')
  axes.set_ylabel('subjects')
  return figure


@_as_svg
def action_units(runs: Sequence[RunResults]) -> Figure:
  """F1 and AUC of each action unit, and of the floor (Yu et al. 2018, table 9)."""
  first = runs[0].summary['aus']
  places, count = np.arange(len(first)), len(runs) + 1
  figure = _figure(7.6, 4.6, rows=2)
  for axes, field in zip(figure.axes, ('f1', 'auc'), strict=True):
    for number in range(count):
      run = runs[min(number, len(runs) - 1)]
      of_floor = number == len(runs)
      name = ('floor_' if of_floor else '') + field
      heights = [au[name] or 0 for au in run.summary['aus'].values()]
      shift = (number - (count - 1) / 2) * 0.84 / count
      label = 'floor (ridge on HOG)' if of_floor else run.name
      colour = _INK if of_floor else COLOURS[number % len(COLOURS)]
      axes.bar(places + shift, heights, 0.77 / count, color=colour, label=label)
    axes.set_ylabel(field.upper())
    axes.set_ylim(0, 1)
    axes.set_xticks(places, list(first))
  _legend(figure.axes[0])
  return figure


def _figure(width: float, height: float, rows: int = 1) -> Figure:
  figure = Figure(figsize=(width, height), layout='constrained')
  figure.subplots(rows, 1)
  return figure


def _legend(axes: Axes) -> None:
  """Puts a legend above the axes, in as many columns as fit for the longest name."""
  longest = max(len(words) for words in axes.get_legend_handles_labels()[1])
  columns = max(1, int(axes.figure.get_figwidth() * 10 / (longest + 6)))
  axes.figure.legend(loc='outside upper left', ncols=columns, fontsize=8)
