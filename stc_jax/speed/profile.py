"""A profile of the training step: its parts alone and in the step."""

import pathlib
import tempfile
from collections.abc import Callable

from rich.table import Table

from stc_jax.models.config import DTYPES
from stc_jax.runs.config import Experiment
from stc_jax.speed import ceiling, layers, load, report, trace
from stc_jax.speed.clock import measure
from stc_jax.speed.layers import LonePart
from stc_jax.speed.workload import Workload


def profile(experiment: Experiment, repeats: int, say: Callable[[str], None]) -> dict:
  """Measures the step, the device, and each part; ready for JSON.

  A part's `step_share` is its share of the time of all traced operations. Where several
  of them run at a time, their sum is more than the step's, so `step_seconds` is the
  share of the measured step.
  """
  watch = load.Watch()
  workload = Workload(experiment)
  say('measuring the device ...')
  roofs = ceiling.measure_ceiling(DTYPES[experiment.network.dtype], repeats)
  say('measuring the step ...')
  step = workload.training().measured(repeats).timing
  say('tracing the step ...')
  with tempfile.TemporaryDirectory() as folder:
    program, _ = workload.traced(pathlib.Path(folder))
    spent = trace.microseconds(trace.newest(pathlib.Path(folder)), program)
  lone = []
  for part in layers.alone(experiment, repeats):
    say(f'measured {part.name}')
    lone.append(part)
  lone.append(LonePart('input', measure(workload.input(), repeats).median, 0))
  return report.circumstances(experiment) | {
    'ceiling': roofs._asdict(),
    'step': step._asdict(),
    'rows': rows(lone, spent, step.median, roofs.flops_per_second),
    'load': watch.found(),
  }


def rows(
  lone: list[LonePart], spent: dict[str, float], step: float, ceiling_flops: float
) -> list[dict]:
  """One row for each part, those that weren't measured alone last.

  Args:
    lone: parts measured alone.
    spent: the traced time of each part, in any unit.
    step: seconds of a step.
    ceiling_flops: operations a second of the device's large product.
  """
  total = sum(spent.values())
  names = [part.name for part in lone]
  measured = {part.name: part for part in lone}
  found = []
  for name in [*names, *(other for other in spent if other not in measured)]:
    share = spent.get(name, 0.0) / total if total else 0.0
    row = {'part': name, 'step_share': share, 'step_seconds': share * step}
    if part := measured.get(name):
      row['alone_seconds'] = part.seconds
      if part.flops:
        rate = part.flops / part.seconds
        row |= {'flops_per_second': rate, 'ceiling_share': rate / ceiling_flops}
    found.append(row)
  return found


def table(found: dict) -> Table:
  """The rows as a table on a terminal."""
  shown = Table(
    title=f'a training step of {report.words(found)}: '
    f'{1e3 * found["step"]["median"]:.4g} ms',
    caption=f'ceiling: {found["ceiling"]["flops_per_second"] / 1e9:,.0f} GFLOP/s',
  )
  for column in COLUMNS:
    shown.add_column(column, justify='left' if column == 'part' else 'right')
  for row in found['rows']:
    shown.add_row(*cells(row))
  return shown


COLUMNS = 'part', 'alone, ms', 'GFLOP/s', 'of ceiling', 'in the step, ms', 'share'


def cells(row: dict) -> tuple[str, ...]:
  """A row as text, in the order of `COLUMNS`."""
  has_flops = 'flops_per_second' in row
  return (
    row['part'],
    f'{1e3 * row["alone_seconds"]:.3g}' if 'alone_seconds' in row else '',
    f'{row["flops_per_second"] / 1e9:,.0f}' if has_flops else '',
    f'{row["ceiling_share"]:.0%}' if has_flops else '',
    f'{1e3 * row["step_seconds"]:.3g}',
    f'{row["step_share"]:.1%}',
  )
