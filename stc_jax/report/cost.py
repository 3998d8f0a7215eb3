"""Tables on the cost and the provenance of runs."""

from collections.abc import Sequence

import jax
import numpy as np

from stc_jax.bundle import bundle_folder
from stc_jax.bundle.bundle import Bundle
from stc_jax.errors import InputError
from stc_jax.models.registry import MODELS, build
from stc_jax.models.shapes import one_clip
from stc_jax.run_folder import layout
from stc_jax.run_folder.finished_run import Run
from stc_jax.run_folder.starts import last_start
from stc_jax.tasks.table import Table, number

_NOTES = """\
Floating-point operations are of one clip, forward: convolutions, LSTMs and dense
layers. Clips a second and seconds a trial are of training on that machine, without
compilation; other programs may have run there."""
_SHORT = 12  # letters of a digest


def cost_table(runs: Sequence[Run], caption: str) -> Table:
  """Parameters, operations and time of each run."""
  rows = []
  for run in runs:
    parameters, flops = _size(run)
    timings, trials = run.timings, len(run.trials)
    rows.append(
      [
        run.name,
        parameters,
        flops,
        number(timings['train_sequences_per_second'], '.1f'),
        f'{timings["training_seconds"] / trials:.1f}',
        f'{timings["compile_seconds"]:.0f}',
        ', '.join(sorted(set(run.environment['devices']))),
      ]
    )
  columns = (
    'method',
    'parameters',
    'GFLOP a clip',
    'clips a second',
    'seconds a trial',
    'seconds to compile',
    'device',
  )
  return Table('cost', f'{runs[0].title}: cost', columns, rows, f'{_NOTES} {caption}')


def provenance_table(runs: Sequence[Run], caption: str) -> Table:
  """What is needed to repeat each run: data, revision, versions, command."""
  rows = []
  for run in runs:
    environment, revision = run.environment, run.environment['revision']
    commit = str((revision or {}).get('commit') or 'unknown')[:_SHORT]
    changed = ', changed' if (revision or {}).get('changed') else ''
    packages = environment['packages']
    rows.append(
      [
        run.name,
        run.dataset['sha256'][:_SHORT],
        commit + changed,
        f'{packages["jax"]}, {environment["python"]}',
        f'{environment["backend"]}, {environment["cores"]} cores',
        str(run.config['protocol']['seed']),
        _command(run),
      ]
    )
  columns = 'run', 'data', 'revision', 'JAX, Python', 'device', 'seed', 'command'
  notes = (
    'Data: the first digits of the SHA-256 of all records. Each folder has '
    'config.json, environment.json, folds.csv (the tests of each trial), predictions.'
  )
  title = f'{runs[0].title}: provenance'
  return Table('provenance', title, columns, rows, f'{notes} {caption}')


def _size(run: Run) -> tuple[str, str]:
  """How many parameters, and GFLOP a clip; 'no model' where that was removed."""
  folders = layout.models(run.folder)
  if not folders:
    return 'no model', ''
  model = bundle_folder.load(folders[0])
  leaves = jax.tree.leaves(model.variables['params'])
  return f'{sum(map(np.size, leaves)):,}', _gigaflops(model)


def _gigaflops(model: Bundle) -> str:
  """Of one clip, where the model's operations are counted."""
  count, size = MODELS[model.model].forward_flops, model.input
  if count is None:
    return 'not counted'
  video = one_clip(size.frames, size.height, size.width, size.channels)
  network = build(model.model, model.network, len(model.names))
  return f'{count(network, video) / 1e9:.3f}'


def _command(run: Run) -> str:
  """The command of its last start."""
  try:
    start = last_start(run.folder)
  except InputError as error:
    return str(error)
  return start['command'] if start else 'not recorded'
