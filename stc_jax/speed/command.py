"""What `python -m stc_jax.benchmark` does, once its flags are read."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
from typing import NamedTuple

import jax
from rich.console import Console

from stc_jax import files
from stc_jax.cli import compilation, launch_file
from stc_jax.console import terminal
from stc_jax.data import catalogue, preparation
from stc_jax.errors import InputError
from stc_jax.models.config import DTYPES
from stc_jax.runs import folder
from stc_jax.runs.config import Experiment, from_sections
from stc_jax.speed import (
  ceiling,
  feeding,
  parts,
  pictures,
  random_clips,
  report,
  scaling,
)

_PEER_PROGRAM = pathlib.Path('benchmarks/torch_speed.py')
# What benchmarks/torch_twin.py implements, where we have more.
_PEER_MODEL = 'stc_nlstm'
_PEER_HAS = {
  'activation': ('relu',),
  'activation_place': ('after_norm',),
  'lstm_readout': ('last', 'last_padded'),  # the same where no clip is short
}
_EMBEDDED = {
  'classification': ('synthetic_faces', 'neutral_to_apex_small', ''),
  'detection': ('synthetic_faces', 'action_units_small', ''),
}
_CPU_DEVICES = 8
_WIDTH = 140  # of what isn't a terminal: no table is cut


class BenchmarkOptions(NamedTuple):
  """What to measure: the flags of `stc_jax.benchmark`.

  Attributes:
    peer: 'torch', or 'none'.
    json, picture: files to write, or ''.
    repeats: of each measurement.
    part: the parts to measure.
    clips: that lie on the device.
    scaling: measures steps of growing size instead.
  """

  peer: str
  json: str
  picture: str
  repeats: int
  part: list[str]
  clips: int
  scaling: bool


def main(options: BenchmarkOptions) -> None:
  """Measures speed, prints the figures, and writes the files that are asked for."""
  console = terminal.console()
  if not console.is_terminal:
    console.width = _WIDTH
  settings = from_sections(launch_file.read().to_dict(), launch_file.set_fields())
  settings.require_trunk()
  _check_outputs(options)
  compilation.keep_programs()
  found = (_scaling if options.scaling else _speed)(settings, options, console)
  if options.json:
    files.write(pathlib.Path(options.json), folder.as_json(found))


def _check_outputs(options: BenchmarkOptions) -> None:
  """Refuses files that can't be written, before the minutes of measuring.

  Raises:
    InputError: no such folder, no right to write, no PNG, or nothing to draw.
  """
  json_file, picture = options.json, options.picture
  for path in map(pathlib.Path, filter(None, (json_file, picture))):
    if path.is_dir() or not os.access(path.absolute().parent, os.W_OK):
      raise InputError(f'{path}: cannot be written; name a file in a folder of yours')
  if picture and not picture.endswith('.png'):
    raise InputError(f'--picture={picture}: must end in .png')
  if options.scaling and options.peer != 'none':
    raise InputError('--scaling: takes no --peer; measure that without')
  drawn = ' and '.join(pictures.PARTS)
  if options.scaling or set(pictures.PARTS) & set(options.part):
    return
  if picture or options.peer != 'none':
    raise InputError(f'--part: --picture and --peer are of {drawn}; name one of them')


def _speed(settings: Experiment, options: BenchmarkOptions, console: Console) -> dict:
  # First, while the device's memory is all its own.
  repeats = options.repeats
  peer = _peer(settings, repeats, console) if options.peer == 'torch' else None
  workload, measured = parts.Workload(settings, clips=options.clips), {}
  console.print('measuring the device ...')
  roofs = ceiling.measure_ceiling(DTYPES[settings.network.dtype], repeats)
  for part in dict.fromkeys(options.part):
    console.print(f'measuring {part} ...')
    measured[part] = _measured(part, workload, measured, settings, repeats)
  found = report.as_dict(settings, roofs, measured, peer)
  console.print(report.table(found))
  if options.picture:
    pictures.roofline(pathlib.Path(options.picture), found)
  return found


def _measured(
  part: str,
  workload: parts.Workload,
  before: dict[str, parts.Measured],
  settings: Experiment,
  repeats: int,
) -> parts.Measured:
  """One part's figures; `before` are those of the parts in front of it."""
  match part:
    case 'training':
      return workload.training(repeats)
    case 'whole loop':
      step = before.get('training') or workload.training(repeats)
      return workload.whole_loop(step.timing, repeats)
    case 'inference':
      return workload.inference(repeats)
    case 'input pipeline':
      return parts.input_pipeline(_prepared(settings), settings, repeats)
    case 'host pipeline':
      return feeding.windows(settings.input, repeats)
    case 'preprocessing':
      return parts.preprocessing(repeats)


def _scaling(settings: Experiment, options: BenchmarkOptions, console: Console) -> dict:
  jax.config.update('jax_num_cpu_devices', _CPU_DEVICES)  # no other kind's number
  rows = scaling.rows(settings, jax.device_count(), options.repeats, console.print)
  console.print(scaling.table(rows))
  device = jax.devices()[0].device_kind
  if options.picture:
    title = f'{settings.model}, {settings.network.notation}, {device}'
    pictures.scaling(pathlib.Path(options.picture), rows, title)
  return {'device': device, 'notation': settings.network.notation, 'rows': rows}


def _peer(settings: Experiment, repeats: int, console: Console) -> dict:
  """The PyTorch twin's seconds, measured in a process of its own.

  Raises:
    InputError: PyTorch or the peer's program isn't there, or it has no such model.
  """
  if settings.model != _PEER_MODEL:
    raise InputError(f'--peer=torch: the twin is a {_PEER_MODEL}; set --config.model')
  if settings.task.kind != 'classification':
    raise InputError(
      '--peer=torch: the twin classifies clips; take another launch file'
    )
  for field, values in _PEER_HAS.items():
    if getattr(settings.network, field) not in values:
      raise InputError(
        f'--peer=torch: the twin has {settings.model}.{field}={values[0]!r}'
      )
  if not _PEER_PROGRAM.exists():
    raise InputError(f'{_PEER_PROGRAM}: missing; start from the repository')
  console.print('measuring PyTorch ...')
  spec = {
    'network': dataclasses.asdict(settings.network),
    'input': dataclasses.asdict(settings.input),
    'augment': settings.training.augment,
    'batch_size': settings.training.batch_size,
    'classes': random_clips.CLASSES,
    'clips': max(random_clips.CLIPS, settings.training.batch_size),
    'repeats': repeats,
  }
  done = subprocess.run(
    [sys.executable, '-m', 'benchmarks.torch_speed'],
    input=json.dumps(spec),
    capture_output=True,
    text=True,
    check=False,
  )
  if done.returncode:
    reason = (done.stderr.strip().splitlines() or ['no reason given'])[-1]
    raise InputError(f"--peer=torch: {reason}; pip install -e '.[peer]' installs it")
  return json.loads(done.stdout.splitlines()[-1])


def _prepared(settings: Experiment):
  """The launch file's dataset if it is prepared here, else a small embedded one."""
  dataset = settings.dataset
  where = dataset.name, dataset.builder_config, settings.execution.data_dir
  if catalogue.is_prepared(*where):
    return catalogue.prepared_builder(*where)
  embedded = _EMBEDDED[settings.task.kind]
  if not catalogue.is_current(*embedded):
    preparation.prepare(*embedded)
  return catalogue.prepared_builder(*embedded)
