"""Counts, from shapes, what the devices of one trial exchange in a step.

    python -m benchmarks.communication --config=launch/bp4d.py

A batch that is spread over devices needs the mean of the gradients, the statistics of
each batch normalisation and their gradients, and the metrics. All of them are sums over
devices. Prints their bytes, and the time of ring all-reduces beside the time of the
arithmetic, on 8 GPUs of one machine and on 64 of eight machines, without overlap. This
is a prediction, not a measurement. `training.batch_size` is that of all GPUs together.
"""

import itertools

import jax
import numpy as np
from rich.table import Table

from stc_jax.cli import command_line, launch_file
from stc_jax.console import terminal
from stc_jax.models import flops
from stc_jax.models.registry import build
from stc_jax.runs.config import Experiment, from_sections
from stc_jax.speed import report, workload

# Of an H100 SXM, from NVIDIA's data sheets: bfloat16 products a second, of which a good
# program reaches a third or so; bytes a second each way, over NVLink to the others of
# its machine, and over one 400 Gb/s InfiniBand port to other machines.
_FLOPS = 0.35 * 989e12
_LINKS = {8: 450e9, 64: 50e9}
_WINDOWS = (16, 64)


def main() -> None:
  """Prints a row for each number of GPUs and each number of windows on one."""
  experiment = from_sections(launch_file.read().to_dict(), launch_file.set_fields())
  workload.require_trunk(experiment)
  moved = bytes_a_step(experiment)
  model, video = report.counted_model(experiment), report.clip_shape(experiment)
  table = Table(title=f'{experiment.model}: {moved / 1e6:.1f} MB a step')
  for name in ('GPUs', 'windows a GPU', 'ms of arithmetic', 'ms of sums', 'share'):
    table.add_column(name, justify='right')
  for (count, link), windows in itertools.product(_LINKS.items(), _WINDOWS):
    own = windows * flops.training_flops(model, video) / _FLOPS
    sums = ring_seconds(moved, count, link)
    figures = (f'{1e3 * own:.2f}', f'{1e3 * sums:.2f}', f'{sums / (own + sums):.0%}')
    table.add_row(str(count), str(windows), *figures)
  terminal.console(width=100).print(table)


def bytes_a_step(experiment: Experiment) -> int:
  """Bytes that are summed over devices: float32 gradients and statistics."""
  outputs = len(experiment.task.aus) or 6
  model = build(experiment.model, experiment.network, outputs)
  variables = jax.eval_shape(
    lambda key, video: model.init(key, video, train=False),
    jax.random.key(0),
    report.clip_shape(experiment),
  )
  count = {
    name: sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(tree))
    for name, tree in variables.items()
  }
  # Mean and mean square of each channel forward, and as many gradients of theirs.
  return 4 * (count['params'] + 2 * count.get('batch_stats', 0))


def ring_seconds(moved: int, devices: int, bytes_per_second: float) -> float:
  """Seconds of a ring all-reduce: in two rounds a device sends all but one share."""
  return 2 * (devices - 1) / devices * moved / bytes_per_second


if __name__ == '__main__':
  command_line.run(main)
