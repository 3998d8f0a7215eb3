"""Measures what a model of another laboratory is worth where clips are few.

    python -m benchmarks.fine_tuning --out=runs/fine_tuning --base=studio --lab=webcam

Trains a model in one laboratory, once. Then, for each seed, ten other people in another
laboratory are a folder of 60 labelled clips, as a user has them. On these, models start
from the first one, and others from random weights, for several lengths. All are tested
on the 40 other people of that laboratory; so is the first model as it is. The seconds
are those of a command from its start to its finished bundle, and of the processor, on
all cores together. What is finished is kept; `--rows` selects rows, `--seeds` seeds.
"""

import json
import pathlib
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

import cv2
import numpy as np
from absl import flags

from benchmarks import laboratory_cells as cells
from stc_jax import files
from stc_jax.cli import command_line
from stc_jax.data import catalogue
from stc_jax.errors import InputError
from stc_jax.run_folder import layout

_OUT = flags.DEFINE_string('out', None, 'A folder for all runs.', required=True)
_BASE = flags.DEFINE_string('base', 'studio', 'The laboratory of the first model.')
_LAB = flags.DEFINE_string('lab', 'webcam', 'The laboratory of the 60 clips.')
_ROWS = flags.DEFINE_list('rows', [], 'Rows to train. Default: all.')
_SEEDS = flags.DEFINE_list('seeds', ['0', '1', '2'], 'Each has ten people of its own.')
_STEPS = flags.DEFINE_integer('steps', 10000, 'Of the first model, of two clips each.')
_SIZE = flags.DEFINE_integer('size', 48, 'Of frames; smaller ones are for screening.')

_PEOPLE = 10
_SCRATCH = (4000, 20000, 40000)  # clips shown


def _stages(steps: int, rate: float) -> str:
  """The field of so many steps, the last fifth at a tenth of the rate."""
  low = steps // 5
  stages = ((steps - low, rate), (low, rate / 10))
  return f'--config.training.stages={stages}'


# Recipe and fields of each row.
ROWS = {
  'fine_tune': (':fine_tune',),
  **{f'scratch_{n}': ('', _stages(n // 2, 0.0004)) for n in _SCRATCH},
}


def main() -> None:
  """Trains and tests what is missing, and prints the table.

  Raises:
    InputError: there is no such row, or a run failed; its own line says why.
  """
  if unknown := set(_ROWS.value) - ROWS.keys():
    raise InputError(f'--rows={unknown.pop()}: unknown; known: {", ".join(ROWS)}')
  out = pathlib.Path(_OUT.value)
  base = out / 'base' / _BASE.value
  cells.train(base, _BASE.value, 'today', 0, _STEPS.value, _SIZE.value)
  for seed in map(int, _SEEDS.value):
    place = out / f'{_BASE.value}-{_LAB.value}' / str(seed)
    dataset = _prepared(out, seed)
    for row in _ROWS.value or ROWS:
      _train(place / row, row, dataset, seed, base)
      cells.score(place / row, place / f'{row}.json', _LAB.value)
  cells.score(base, _as_it_is(out), _LAB.value)
  print_table(out)


def _as_it_is(out: pathlib.Path) -> pathlib.Path:
  return out / 'base' / f'{_BASE.value}-{_LAB.value}.json'


def _prepared(out: pathlib.Path, seed: int) -> str:
  """Prepares the 60 clips of a seed from a folder; returns the name of their config."""
  name = f'{_LAB.value}_{seed}'
  if catalogue.is_prepared('clip_folder', name):
    return name
  folder = out / 'clips' / name
  own = list(cells.clips(_LAB.value))
  everyone = sorted({clip.subject for clip, _ in own})
  people = everyone[seed * _PEOPLE : (seed + 1) * _PEOPLE]
  rate = 0.0
  for clip, label in own:
    if clip.subject in people:
      rate = clip.fps
      where = folder / label / f'{clip.subject}_1'
      where.mkdir(parents=True, exist_ok=True)
      for number, frame in enumerate(clip.frames):
        cv2.imwrite(str(where / f'{number:02d}.png'), frame[..., ::-1])
  _run(
    *('prepare', '--dataset=clip_folder', f'--builder_config={name}'),
    *(f'--manual_dir={folder}', f'--image_fps={rate:g}'),
  )
  return name


def _train(
  run: pathlib.Path, row: str, dataset: str, seed: int, base: pathlib.Path
) -> None:
  """Trains on the 60 clips, unless that is done; writes the seconds."""
  if layout.is_summed_up(run):
    return
  recipe, *fields = ROWS[row]
  if recipe:
    fields.append(f'--config.training.start_from={base}')
  began, before = time.monotonic(), _processor_seconds()
  _run(
    *('train', f'--config=launch/synthetic.py{recipe}', f'--workdir={run}'),
    *('--config.dataset.name=clip_folder', '--config.protocol.kind=all'),
    f'--config.dataset.builder_config={dataset}',
    f'--config.protocol.seed={seed}',
    *(f'--config.input.{side}={_SIZE.value}' for side in ('height', 'width')),
    '--config.execution.steps_per_chunk=100',
    *fields,
  )
  seconds = {
    'seconds': time.monotonic() - began,
    'processor_seconds': _processor_seconds() - before,
  }
  files.write(run / 'seconds.json', files.as_json(seconds))


def _run(*argv: str) -> None:
  command = [sys.executable, '-m', 'stc_jax', *argv]
  if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
    raise InputError(f'{" ".join(argv)}: failed')


def _processor_seconds() -> float:
  used = resource.getrusage(resource.RUSAGE_CHILDREN)
  return used.ru_utime + used.ru_stime


def print_table(out: pathlib.Path) -> None:
  """Prints a row for each way to train, over all seeds."""
  print('| trained | seeds | accuracy | each | seconds | of the processor |')
  print('|---|---|---|---|---|---|')
  place = out / f'{_BASE.value}-{_LAB.value}'
  print(_row('as it is', [_read(_as_it_is(out))]))
  for row in ROWS:
    found = list(_of_row(place, row))
    if found:
      print(_row(row, found))


def _of_row(place: pathlib.Path, row: str) -> Iterator[dict]:
  """Yields accuracy and seconds of each finished seed."""
  for seed in sorted(path for path in place.iterdir() if path.is_dir()):
    cell = seed / f'{row}.json'
    if cell.exists():
      yield _read(cell) | _read(seed / row / 'seconds.json')


def _read(path: pathlib.Path) -> dict:
  return json.loads(path.read_text(encoding='utf-8'))


def _row(name: str, found: list[dict]) -> str:
  scores = [one['accuracy'] for one in found]
  times = [
    f'{np.mean([one[key] for one in found]):.0f}' if key in found[0] else ''
    for key in ('seconds', 'processor_seconds')
  ]
  each = ', '.join(f'{score:.1%}' for score in scores)
  cells_of = (name, len(found), f'{np.mean(scores):.1%}', each, *times)
  return f'| {" | ".join(map(str, cells_of))} |'


if __name__ == '__main__':
  command_line.run(main)
