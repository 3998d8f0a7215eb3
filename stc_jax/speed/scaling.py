"""How the cost of a step grows with batch, frames, trials, devices and clips."""

import dataclasses
from collections.abc import Callable

from rich.table import Table

from stc_jax.runs.config import Experiment
from stc_jax.speed.workload import Workload

GRID = {
  'batch size': (1, 4, 16, 64, 256),
  'frames': (8, 16, 32, 64),
  'trials': (1, 10, 40),
  'devices': (1, 2, 4, 8),
  'clips': (300, 50_000),
}


def rows(
  experiment: Experiment, device_count: int, repeats: int, tell: Callable[[str], None]
) -> list[dict]:
  """Seconds of a training step for every value of the grid that this machine has.

  `trials` run in turn on one device; `devices` is their number, with a trial on each;
  `clips` is the number of clips in the memory of a device.
  """
  found = []
  for quantity, values in GRID.items():
    for value in values:
      if quantity == 'devices' and value > device_count:
        continue
      tell(f'{quantity} {value} ...')
      part = _workload(experiment, quantity, value).training().measured(repeats)
      found.append(
        {
          'quantity': quantity,
          'value': value,
          'seconds': part.timing.median,
          'clips_per_second': part.items / part.timing.median,
          'program_bytes': part.memory_bytes,
        }
      )
  return found


def table(found: list[dict]) -> Table:
  """The rows as a table on a terminal."""
  shown = Table(title='a training step')
  for column in ('quantity', 'value', 'seconds', 'clips a second', 'MB'):
    shown.add_column(column, justify='left' if column == 'quantity' else 'right')
  for row in found:
    shown.add_row(
      row['quantity'],
      str(row['value']),
      f'{row["seconds"]:.3g}',
      f'{row["clips_per_second"]:.3g}',
      f'{row["program_bytes"] / 1e6:,.0f}',
    )
  return shown


def _workload(experiment: Experiment, quantity: str, value: int) -> Workload:
  if quantity == 'trials':
    return Workload(experiment, trials=value)
  if quantity == 'devices':
    return Workload(experiment, trials=value, devices=value)
  if quantity == 'clips':
    return Workload(experiment, clips=value)
  if quantity == 'frames':
    size = dataclasses.replace(experiment.input, frames=value)
    return Workload(dataclasses.replace(experiment, input=size))
  training = dataclasses.replace(experiment.training, batch_size=value)
  return Workload(dataclasses.replace(experiment, training=training))
