"""The scores of a run of classification, for printing."""

from collections.abc import Iterator

from rich.text import Text

from stc_jax.console.tables import Scoreboard

_BASELINES = (
  ('temporal floor (HOG of the change, linear SVM)', 'temporal_floor_accuracy'),
  ('static floor (HOG of one frame, linear SVM)', 'floor_accuracy'),
  ('chance (most frequent class)', 'chance_accuracy'),
)


def scoreboard(summary: dict) -> Scoreboard:
  """The accuracies, also of each class, beside those of the baselines."""
  groups = (
    _of_model(summary),
    [
      (name, f'{summary[field]:.1%}')
      for name, field in _BASELINES
      if summary[field] is not None
    ],
    _over_floors(summary),
    _of_databases(summary),
    [
      (name, 'no clip' if share is None else f'{share:.1%}')
      for name, share in summary['class_accuracy'].items()
    ],
  )
  lines = tuple(_lines(summary))
  return Scoreboard(('test accuracy (WAR)', '%'), groups, lines)


def _lines(summary: dict) -> Iterator[str]:
  yield (
    f'UAR (mean accuracy of classes) {summary["uar"]:.1%}, '
    f'macro F1 {summary["macro_f1"]:.3f}'
  )
  if absent := summary['absent']:
    yield f'both without {", ".join(absent)}, of which no clip was tested or predicted'


def _of_model(summary: dict) -> list[tuple[str | Text, str | Text]]:
  """The model's rows: over repeats, if one is complete, and over trials."""
  rows, model = [], (summary['model'], 'bold')
  if summary['accuracy_mean'] is not None:
    words = Text(_mean(summary, 'accuracy'), 'bold')
    of = f', {_of(summary, "accuracy", "repeats")}'
    rows.append((Text.assemble(model, of), words))
  if summary['accuracy_ci95'] is not None:
    low, high = (min(max(end, 0), 1) for end in summary['accuracy_ci95'])
    rows.append(('  its 95 % interval (corrected)', f'{low:.1%} to {high:.1%}'))
  if interval := summary.get('subjects_ci95'):
    low, high = interval
    rows.append(('  its 95 % interval over people', f'{low:.1%} to {high:.1%}'))
  words = _mean(summary, 'trial_accuracy')
  of = f', {_of(summary, "trial_accuracy", "trials")}'
  rows.append((Text.assemble(model, of), words))
  return rows


def _over_floors(summary: dict) -> list[tuple[str, str]]:
  """The difference from each floor in points, if there are subjects to compare."""
  rows = []
  for name, field in (('temporal', 'temporal_floor'), ('static', 'floor')):
    if over := summary[f'over_{field}']:
      count, p = over['subjects'], over['p_value']
      words = f'over the {name} floor, mean of {count} subjects (p {p:.4f})'
      rows.append((words, f'{100 * over["difference"]:+.1f}'))
      if over['ci95'] is not None:
        low, high = (100 * end for end in over['ci95'])
        rows.append(('  its 95 % interval', f'{low:+.1f} to {high:+.1f}'))
  return rows


def _of_databases(summary: dict) -> list[tuple[str, str]]:
  """The accuracy of each of several joined sets, with UAR and floors."""
  return [
    (
      f'{name} (UAR {own["uar"]:.1%}, temporal floor '
      f'{own["temporal_floor_accuracy"]:.1%}, static {own["floor_accuracy"]:.1%}, '
      f'chance {own["chance_accuracy"]:.1%})',
      f'{own["accuracy"]:.1%}',
    )
    for name, own in summary.get('databases', {}).items()
  ]


def _of(summary: dict, field: str, what: str) -> str:
  deviates = summary[f'{field}_std'] is not None
  return f'mean of {what}' + (' ± their deviation' if deviates else '')


def _mean(summary: dict, field: str) -> str:
  deviation = summary[f'{field}_std']
  words = f'{summary[f"{field}_mean"]:.1%}'
  return words if deviation is None else f'{words} ± {deviation:.1%}'
