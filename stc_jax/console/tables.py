"""Tables on a terminal: what goes into a run, and what came out of it."""

import pathlib
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

# Columns of each action unit, and the fields that they show.
_DETECTION = (
  ('shown', 'prevalence'),
  ('F1', 'f1'),
  ('tuned', 'tuned_f1'),
  ('AUC', 'auc'),
  ('AP', 'average_precision'),
  ('floor F1', 'floor_f1'),
  ('tuned', 'floor_tuned_f1'),
  ('AUC', 'floor_auc'),
  ('always F1', 'constant_f1'),
)


def print_dataset(console: Console, described: dict, protocol: str) -> None:
  """Prints a line on the set (as dataset.json describes it) and one on the trials."""
  counts = described.get('classes') or described['aus']
  words = ', '.join(map('{} {}'.format, *zip(*counts.items(), strict=True)))
  frames = f'{described["frames"]} frames, ' if 'frames' in described else ''
  console.print(
    Text.assemble(
      (described['name'], 'bold'),
      f': {described["clips"]} clips, {frames}{described["subjects"]} subjects, ',
      words,
    ),
    highlight=False,
  )
  console.print(protocol, highlight=False)


def print_network(
  console: Console, name: str, layers: Sequence[tuple[str, ...]], parts: dict[str, int]
) -> None:
  """Prints conv layers as in Yu et al. 2018, table 1, and each part's parameters."""
  if layers:
    table = Table(title='convolutions')
    for column in ('layer', 'kernel', 'input', 'output', 'MSPP'):
      table.add_column(column)
    for row in layers:
      table.add_row(*row)
    console.print(table)
  table = Table(title=f'{name}: {sum(parts.values()):,} parameters')
  table.add_column('part')
  table.add_column('parameters', justify='right')
  for part, count in parts.items():
    table.add_row(part, f'{count:,}')
  console.print(table)


def print_accuracies(console: Console, summary: dict, workdir: pathlib.Path) -> None:
  """Prints the accuracies, per class too, and where the files lie."""
  if summary['trial_accuracy_mean'] is None:
    _print_untested(console, 'clip: there is no accuracy', workdir)
    return
  table = Table(title=_title(summary))
  table.add_column('test accuracy (WAR)')
  table.add_column('%', justify='right')
  for name, words in _accuracies(summary):
    table.add_row(name, words)
  table.add_section()
  for name, field in (
    ('temporal floor (HOG of the change, linear SVM)', 'temporal_floor_accuracy'),
    ('static floor (HOG of one frame, linear SVM)', 'floor_accuracy'),
    ('chance (most frequent class)', 'chance_accuracy'),
  ):
    table.add_row(name, f'{summary[field]:.1%}')
  table.add_section()
  for row in _over_floors(summary):
    table.add_row(*row)
  table.add_section()
  for name, share in summary['class_accuracy'].items():
    table.add_row(name, 'no clip' if share is None else f'{share:.1%}')
  console.print(table)
  console.print(
    f'UAR (mean accuracy of classes) {summary["uar"]:.1%}, '
    f'macro F1 {summary["macro_f1"]:.3f}',
    highlight=False,
  )
  if absent := summary['absent']:
    console.print(
      f'both without {", ".join(absent)}, of which no clip was tested or predicted',
      highlight=False,
    )
  console.print(
    f'results: {workdir}/summary.json, predictions.csv, confusion.png, '
    'training_curves.png',
    highlight=False,
    soft_wrap=True,
  )


def print_detection(console: Console, summary: dict, workdir: pathlib.Path) -> None:
  """Prints what each action unit comes to, the floor's beside it."""
  if summary['trial_f1_mean'] is None:
    _print_untested(console, 'frame: there is no score', workdir)
    return
  table = Table(title=_title(summary))
  table.add_column('AU')
  for name, _ in _DETECTION:
    table.add_column(name, justify='right')
  for name, au in (*summary['aus'].items(), ('mean', summary['means'])):
    if name == 'mean':
      table.add_section()
    values = (au[field] for _, field in _DETECTION)
    cells = ('-' if value is None else f'{value:.3f}' for value in values)
    table.add_row(name.removeprefix('AU'), *cells)
  console.print(table)
  for field, other in (
    ('over_floor', "the floor's, at thresholds of its own"),
    ('over_constant', 'that of always saying yes'),
  ):
    if over := summary[field]['tuned_f1']:
      draws = f'draws of {over["subjects"]} subjects'
      interval = f'all {draws} alike'
      if ends := over['ci95']:
        interval = f'95 % of {draws} {ends[0]:+.3f} to {ends[1]:+.3f}'
      console.print(
        f'mean F1 at thresholds chosen on training frames, over {other}: '
        f'{over["difference"]:+.3f}, {interval}',
        highlight=False,
      )
  console.print(
    f'results: {workdir}/summary.json, predictions/, action_units.png, '
    'training_curves.png',
    highlight=False,
    soft_wrap=True,
  )


def _print_untested(console: Console, what: str, workdir: pathlib.Path) -> None:
  console.print(f'trained on every {what}')
  console.print(f'models: {workdir}/models', highlight=False, soft_wrap=True)


def _title(summary: dict) -> str:
  count = summary['trials']
  return f'{summary["model"]}, {count} trial{"s" * (count != 1)}'


def _accuracies(summary: dict) -> list[tuple[str | Text, str | Text]]:
  """The model's rows: over repeats where there is a whole one, and over trials."""
  rows, model = [], (summary['model'], 'bold')
  if summary['accuracy_mean'] is not None:
    words = Text(_mean(summary, 'accuracy'), 'bold')
    of = f', {_of(summary, "accuracy", "repeats")}'
    rows.append((Text.assemble(model, of), words))
  if summary['accuracy_ci95'] is not None:
    low, high = (min(max(end, 0), 1) for end in summary['accuracy_ci95'])
    rows.append(('  its 95 % interval (corrected)', f'{low:.1%} to {high:.1%}'))
  words = _mean(summary, 'trial_accuracy')
  of = f', {_of(summary, "trial_accuracy", "trials")}'
  rows.append((Text.assemble(model, of), words))
  return rows


def _over_floors(summary: dict) -> list[tuple[str, str]]:
  """How far above each floor, in points, where there are subjects to compare by."""
  rows = []
  for name, field in (('temporal', 'temporal_floor'), ('static', 'floor')):
    if over := summary[f'over_{field}']:
      count, p = over['subjects'], over['p_value']
      words = f'over the {name} floor, mean of {count} subjects (p {p:.4f})'
      rows.append((words, f'{100 * over["difference"]:+.1f}'))
  return rows


def _of(summary: dict, field: str, what: str) -> str:
  deviates = summary[f'{field}_std'] is not None
  return f'mean of {what}' + (' ± their deviation' if deviates else '')


def _mean(summary: dict, field: str) -> str:
  deviation = summary[f'{field}_std']
  words = f'{summary[f"{field}_mean"]:.1%}'
  return words if deviation is None else f'{words} ± {deviation:.1%}'
