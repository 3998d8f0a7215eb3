"""Measures inference with an exported model in onnxruntime, and with ours.

    python -m benchmarks.exported --config=launch/synthetic.py

Uses the launch file's network, untrained, on random clips, from uint8 frames on the
host to probabilities on the host, with all views, on all cores of the CPU.
"""

import statistics
import time
from collections.abc import Callable

import jax
import numpy as np
from absl import flags
from rich.table import Table

from stc_jax.bundle.bundle import Bundle
from stc_jax.cli import command_line, launch_file
from stc_jax.console import terminal
from stc_jax.data.input import COLOURS, Normalisation
from stc_jax.export import onnx_file, stablehlo_file
from stc_jax.export.jax_function import HostFunction
from stc_jax.models import shapes
from stc_jax.models.conv.conv3d import compiler_options
from stc_jax.models.registry import build
from stc_jax.predict.bundle_function import function_of
from stc_jax.runs.config import Experiment, from_sections
from stc_jax.speed.random_clips import CLASSES

_BATCHES = flags.DEFINE_multi_integer('batch', [1, 8, 32], 'Batch sizes.')
_REPEATS = flags.DEFINE_integer('repeats', 5, 'Repeats.', lower_bound=1)
_SECONDS = 0.5  # of a repeat, at least
_CLOCK = flags.DEFINE_enum(
  'clock', 'wall', ['wall', 'cpu'], 'Wall time, or the CPU time of the process.'
)
flags.adopt_module_key_flags(launch_file)


def main() -> None:
  """Measures and prints a row for each batch size."""
  experiment = from_sections(launch_file.read().to_dict(), launch_file.set_fields())
  bundle = untrained(experiment)
  forms = {
    'ours': ours(bundle),
    'StableHLO': stablehlo_file.opened(stablehlo_file.serialised([bundle])),
    'onnxruntime': onnx_file.opened(onnx_file.serialised([bundle])),
  }
  clock = {'wall': time.perf_counter, 'cpu': time.process_time}[_CLOCK.value]
  table = Table(title=f'clips a {_CLOCK.value} second, median (min to max)')
  for column in ('batch', *forms, 'onnxruntime over ours'):
    table.add_column(column)
  for batch in _BATCHES.value:
    found = rates(forms, bundle, batch, clock)
    medians = {name: statistics.median(each) for name, each in found.items()}
    cells = [
      f'{medians[name]:.3g} ({min(each):.3g} to {max(each):.3g})'
      for name, each in found.items()
    ]
    ratio = medians['onnxruntime'] / medians['ours']
    table.add_row(str(batch), *cells, f'{ratio:.2f}')
  terminal.console(width=100).print(table)


def rates(
  forms: dict[str, HostFunction], bundle: Bundle, batch: int, clock: Callable[[], float]
) -> dict[str, list[float]]:
  """Clips a second. Forms take turns, so that other load affects them alike."""
  size = bundle.input
  clip = (size.frames, size.height, size.width, COLOURS)
  frames = np.random.default_rng(0).integers(0, 256, (batch, *clip), np.uint8)
  real = np.full(batch, size.frames, np.int32)
  found = {name: [] for name in forms}
  for form in forms.values():
    form(frames, real)
  for _ in range(_REPEATS.value):
    for name, form in forms.items():
      began, calls = clock(), 0
      while (seconds := clock() - began) < _SECONDS:
        form(frames, real)
        calls += 1
      found[name].append(calls * batch / seconds)
  return found


def ours(bundle: Bundle) -> HostFunction:
  """Predicts as `stc_jax.load(...)` does."""
  function = jax.jit(function_of(bundle), compiler_options=compiler_options())
  own = jax.device_put((bundle.variables, bundle.normalisation))
  return lambda frames, real: np.asarray(function(*own, frames, real))


def untrained(experiment: Experiment) -> Bundle:
  """The launch file's model with initial weights."""
  size, names = experiment.input, tuple(map(str, range(CLASSES)))
  names = tuple(map(str, experiment.task.aus)) or names
  network = build(experiment.model, experiment.network, len(names))
  clip = shapes.one_clip(size.frames, size.height, size.width, size.channels)
  zeros = np.zeros(clip.shape, clip.dtype)
  first = jax.jit(lambda key: network.init(key, zeros, train=False))
  variables = jax.tree.map(np.asarray, first(jax.random.key(0)))
  half = np.full(COLOURS, 0.5, np.float32)
  return Bundle(
    model=experiment.model,
    network=experiment.network,
    input=size,
    task=experiment.task,
    names=names,
    normalisation=Normalisation(half, 7 * half),
    alignment={},
    clip_seconds={},
    clip_motion={},
    provenance={},
    variables={'batch_stats': {}} | variables,
  )


if __name__ == '__main__':
  command_line.run(main)
