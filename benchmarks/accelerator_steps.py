"""The steps of `benchmarks.accelerator`, and their sizes."""

import pathlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

DETERMINISM = 'determinism'
# Two runs that shall be equal, and one that is free to differ.
RUNS = 'first', 'second', 'free'
_NESTED = '--config.stc_nlstm'
_TUNING = 'neutral_to_apex_tuning'


class Step(NamedTuple):
  """Some commands whose results belong together.

  Attributes:
    name: of the step and its log.
    seconds: at most.
    commands: modules with their arguments.
    environment: variables that they see besides.
  """

  name: str
  seconds: float
  commands: tuple[tuple[str, ...], ...]
  environment: Mapping[str, str] = {}


class _Sizes(NamedTuple):
  """Real sizes, or tiny ones.

  Attributes:
    ck_plus: the launch file and fields of CK+'s shape.
    bp4d: fields of a step at BP4D's size.
    trained: the launch file and fields of a run.
    fields: of the protocol's runs.
    batches: of the steps that are measured.
    repeats: of each measurement.
  """

  ck_plus: tuple[str, ...]
  bp4d: tuple[str, ...]
  trained: tuple[str, ...]
  fields: tuple[str, ...]
  batches: tuple[int, ...]
  repeats: int


_REAL = _Sizes(
  ck_plus=('--config=launch/ck_plus.py',),
  # As many bytes on the device as BP4D's frames.
  bp4d=('--config=launch/bp4d.py', '--clips=8158'),
  trained=(
    '--config=launch/synthetic_full.py',
    f'--config.dataset.builder_config={_TUNING}',
    '--config.training.batch_size=32',
    '--config.training.stages=((100, 0.0004),)',
    '--config.execution.first_trials=2',
    '--config.execution.steps_per_chunk=50',
  ),
  fields=(),
  batches=(32, 128),
  repeats=5,
)


def _tiny(data_dir: str) -> _Sizes:
  small = (
    '--config.input.height=16',
    '--config.input.width=16',
    '--config.input.frames=4',
    f'{_NESTED}.notation=C(3,4)-BN-P2-C(3,4)-S',
    f'{_NESTED}.lstm_width=8',
    f'{_NESTED}.lstm_layers=1',
  )
  run = (
    '--config=launch/clip_folder.py',
    *small,
    '--config.dataset.builder_config=',
    f'--config.execution.data_dir={data_dir}',
    '--config.protocol.folds=2',
    '--config.training.batch_size=4',
    '--config.training.stages=((4, 0.001),)',
    '--config.execution.steps_per_chunk=2',
    '--config.execution.first_trials=1',
  )
  return _Sizes(
    ck_plus=('--config=launch/ck_plus.py', *small),
    bp4d=('--config=launch/bp4d.py', *small, '--clips=64'),
    trained=run,
    fields=run,
    batches=(2, 4),
    repeats=1,
  )


def steps(folder: pathlib.Path, data_dir: str) -> Iterator[Step]:
  """All steps, in the order of their worth.

  Args:
    folder: for the results.
    data_dir: '': the real sizes; else that of a prepared `clip_folder`, and tiny sizes.
  """
  sizes = _tiny(data_dir) if data_dir else _REAL
  for batch in sizes.batches:
    name = f'speed_bfloat16_{batch}'
    peer = ('--peer=torch', '--part=training', '--part=inference')
    yield Step(name, 150, (_benchmark(sizes, folder, name, 'bfloat16', batch, *peer),))
  yield _protocol(sizes, folder)
  most = sizes.batches[-1]
  yield Step(
    'profile',
    90,
    (_benchmark(sizes, folder, 'profile', 'bfloat16', most, '--profile'),),
  )
  # Its ceiling is of TensorFloat-32.
  name, parts = 'speed_float32', ('--part=training', '--part=inference')
  yield Step(name, 60, (_benchmark(sizes, folder, name, 'float32', most, *parts),))
  yield _determinism(sizes, folder)
  bp4d = (
    'stc_jax.benchmark',
    *sizes.bp4d,
    f'{_NESTED}.dtype=bfloat16',
    f'--repeats={sizes.repeats}',
    '--part=training',
    f'--json={folder / "bp4d.json"}',
  )
  yield Step('bp4d', 60, (bp4d,))
  # Behind the protocol, whose accuracy it is compared with.
  yield Step('precision', 300, (_variants(sizes, folder, 'float32'),))


def _benchmark(
  sizes: _Sizes, folder: pathlib.Path, name: str, dtype: str, batch: int, *more: str
) -> tuple[str, ...]:
  return (
    'stc_jax.benchmark',
    *sizes.ck_plus,
    f'{_NESTED}.dtype={dtype}',
    f'--config.training.batch_size={batch}',
    f'--repeats={sizes.repeats}',
    f'--json={folder / name}.json',
    *more,
  )


def _protocol(sizes: _Sizes, folder: pathlib.Path) -> Step:
  """The paper's 40 trials x 500 steps x 32 clips, once, with a cold cache."""
  trained = _variants(sizes, folder, 'bfloat16')
  dataset = f'--builder_config={_TUNING}'
  prepared = 'stc_jax.prepare', '--dataset=synthetic_faces', dataset
  commands = (trained,) if sizes.fields else (prepared, trained)
  cache = {'JAX_COMPILATION_CACHE_DIR': str(folder / 'protocol.cache')}
  return Step('protocol', 270, commands, cache)


def _variants(sizes: _Sizes, folder: pathlib.Path, dtype: str) -> tuple[str, ...]:
  return (
    'benchmarks.variants',
    '--table=precisions',
    f'--only={dtype}',
    f'--runs={folder / "precisions"}',
    *(f'--field={field}' for field in sizes.fields),
  )


def _determinism(sizes: _Sizes, folder: pathlib.Path) -> Step:
  """Short runs, each compiled anew."""
  commands = tuple(
    (
      'stc_jax.main',
      *sizes.trained,
      f'{_NESTED}.dtype=bfloat16',
      f'--workdir={folder / name}',
      *(() if name == 'free' else ('--deterministic',)),
    )
    for name in RUNS
  )
  return Step(DETERMINISM, 240, commands, {'JAX_ENABLE_COMPILATION_CACHE': 'false'})
