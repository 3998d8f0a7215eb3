"""What a run says before and after: tables of what goes in and what came out."""

import pathlib

import numpy as np
from rich.console import Console
from rich.table import Table

from stc_jax.experiment import Experiment
from stc_jax.material import Material
from stc_jax.models import shapes


def introduce(experiment: Experiment, material: Material, console: Console) -> None:
  """Prints the dataset, the layers' shapes, and how many parameters each part has."""
  clip_set, protocol = material.clip_set, experiment.protocol
  counts = np.bincount(clip_set.labels, minlength=len(clip_set.classes))
  classes = ', '.join(map('{} {}'.format, clip_set.classes, counts))
  console.print(
    f'[bold]{clip_set.name}[/]: {len(clip_set.clips)} clips, '
    f'{len(set(clip_set.subjects))} subjects, {classes}',
    highlight=False,
  )
  console.print(
    f'{len(material.trials)} trials: {protocol.folds} folds by {protocol.unit} x '
    f'{protocol.repeats} repeats',
    highlight=False,
  )
  console.print(_layers(experiment))
  parts = shapes.parameter_counts(experiment.model, len(clip_set.classes))
  table = Table(title=f'{experiment.model.name}: {sum(parts.values()):,} parameters')
  table.add_column('part')
  table.add_column('parameters', justify='right')
  for name, count in parts.items():
    table.add_row(name, f'{count:,}')
  console.print(table)


def conclude(summary: dict, workdir: pathlib.Path, console: Console) -> None:
  """Prints the accuracies, per class too, and where the files lie."""
  table = Table(title=f'{summary["model"]}, {summary["trials"]} trials')
  table.add_column('test accuracy')
  table.add_column('%', justify='right')
  table.add_row(f'[bold]{summary["model"]}', f'[bold]{_percent(summary)}')
  table.add_row('static floor (HOG + linear SVM)', f'{summary["floor_accuracy"]:.1%}')
  table.add_row('chance (most frequent class)', f'{summary["chance_accuracy"]:.1%}')
  table.add_section()
  for name, share in summary['class_accuracy'].items():
    table.add_row(name, 'no clip' if share is None else f'{share:.1%}')
  console.print(table)
  console.print(f'macro F1 {summary["macro_f1"]:.3f}', highlight=False)
  console.print(
    f'results: {workdir}/summary.json, predictions.csv, confusion.png, '
    'training_curves.png',
    highlight=False,
    soft_wrap=True,
  )


def _layers(experiment: Experiment) -> Table:
  """The conv layers as in Yu et al. 2018, table 1."""
  table = Table(title=experiment.model.notation)
  for column in ('layer', 'kernel', 'input', 'output', 'MSPP'):
    table.add_column(column)
  for row in shapes.layer_table(experiment.model):
    table.add_row(*row)
  return table


def _percent(summary: dict) -> str:
  if summary['accuracy_ci95'] is None:
    return f'{summary["accuracy_mean"]:.1%}'
  low, high = summary['accuracy_ci95']
  return (
    f'{summary["accuracy_mean"]:.1%} ± {summary["accuracy_std"]:.1%} '
    f'(95 % interval {low:.1%} to {high:.1%})'
  )
