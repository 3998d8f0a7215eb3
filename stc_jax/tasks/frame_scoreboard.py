"""The scores of a run of detection, for printing."""

from collections.abc import Iterator, Sequence

from stc_jax.console.tables import Scoreboard

# Columns of each action unit, and the fields that they show.
_FIELDS = (
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


def scoreboard(summary: dict) -> Scoreboard:
  """The scores of each action unit, beside those of the baselines."""
  units = [_row(name.removeprefix('AU'), au) for name, au in summary['aus'].items()]
  columns = ('AU', *(name for name, _ in _FIELDS))
  groups = (units, [_row('mean', summary['means'])])
  return Scoreboard(columns, groups, tuple(_lines(summary)))


def _row(name: str, scores: dict) -> Sequence[str]:
  values = (scores[field] for _, field in _FIELDS)
  return (name, *('-' if value is None else f'{value:.3f}' for value in values))


def _lines(summary: dict) -> Iterator[str]:
  for field, other in (
    ('over_floor', "the floor's, at thresholds of its own"),
    ('over_constant', 'that of always saying yes'),
  ):
    if over := (summary[field] or {}).get('tuned_f1'):
      draws = f'draws of {over["subjects"]} subjects'
      interval = f'all {draws} alike'
      if ends := over['ci95']:
        interval = f'95 % of {draws} {ends[0]:+.3f} to {ends[1]:+.3f}'
      yield (
        f'mean F1 at thresholds chosen on training frames, over {other}: '
        f'{over["difference"]:+.3f}, {interval}'
      )
