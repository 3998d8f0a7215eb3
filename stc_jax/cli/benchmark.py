"""Measures speed: `stc-jax benchmark --config=launch/ck_plus.py`.

Measures a training step, the whole loop, inference, the input pipeline and
preprocessing on random clips, with the model, batch and precision of the launch file,
on the device that JAX finds; as rates and as shares of the device's limits.
`--peer=torch` measures the same in PyTorch, in turns with ours; `--scaling` how the
cost grows; `--profile` where a step's time goes. A line warns where the machine does
other work, too.
"""

import os
import pathlib
from typing import Any, NoReturn

from absl import flags
from rich.console import Console

from stc_jax import late
from stc_jax.cli import command_line, compilation, launch_file
from stc_jax.console import terminal
from stc_jax.errors import InputError

_PARTS = (
  'training',
  'whole loop',
  'inference',
  'input pipeline',
  'host pipeline',
  'preprocessing',
)
_PEER = flags.DEFINE_enum(
  'peer',
  'none',
  ['none', 'torch'],
  'Measures the same network in another framework, too.',
)
_JSON = flags.DEFINE_string('json', '', 'A JSON file for all results.')
_PICTURE = flags.DEFINE_string(
  'picture', '', 'A PNG file for the roofline, or the scaling.'
)
_REPEATS = flags.DEFINE_integer(
  'repeats', 5, 'Repeats of each measurement.', lower_bound=1
)
_PART = flags.DEFINE_multi_enum(
  'part', _PARTS, _PARTS, 'A part to measure; the flag may be repeated. Default: all.'
)
_CLIPS = flags.DEFINE_integer(
  'clips', 64, 'Number of clips in the memory of the device.', lower_bound=1
)
_SCALING = flags.DEFINE_bool(
  'scaling', False, 'Measures steps of growing size instead; on a CPU with 8 devices.'
)
_ISA = flags.DEFINE_enum(
  'isa',
  'native',
  ['native', 'avx2'],
  'The instructions of the CPU that ours and the peer may use.',
)
_PROFILE = flags.DEFINE_bool(
  'profile',
  False,
  'Measures the parts of a training step instead: each layer, alone and in the step.',
)
flags.adopt_module_key_flags(launch_file)
_WIDTH = 140  # where the output isn't a terminal, so that no table is cut


def main() -> None:
  """Measures the parts or the scaling, prints a table, and writes the files."""
  console = terminal.console()
  if not console.is_terminal:
    console.width = _WIDTH
  _prepare_process()
  config, workload = map(late.load, ('stc_jax.runs.config', 'stc_jax.speed.workload'))
  sections, set_fields = launch_file.read().to_dict(), launch_file.set_fields()
  experiment = config.from_sections(sections, set_fields)
  workload.require_trunk(experiment)
  _check_outputs()
  compilation.keep_programs()
  measured = _scaling if _SCALING.value else _profile if _PROFILE.value else _speed
  found = measured(experiment, console)
  if _JSON.value:
    files = late.load('stc_jax.files')
    files.write(pathlib.Path(_JSON.value), files.as_json(found))


def _prepare_process() -> None:
  """Sets what JAX, XLA and PyTorch read once, when they are first used."""
  if _ISA.value == 'avx2':
    late.load('stc_jax.speed.processor').limit()
  if _PEER.value != 'none':  # takes its share of a GPU's memory
    os.environ.setdefault('XLA_PYTHON_CLIENT_PREALLOCATE', 'false')


def _speed(experiment: Any, console: Console) -> dict:
  """Measures parts of the program; prints them, and draws the roofline."""
  measurement = late.load('stc_jax.speed.measurement')
  with_peer = _PEER.value == 'torch'
  sizes = _CLIPS.value, _REPEATS.value
  found = measurement.measure(
    experiment, _PART.value, *sizes, with_peer, say=console.print
  )
  console.print(late.load('stc_jax.speed.report').table(found))
  _warn(found, console)
  if _PICTURE.value:
    pictures = late.load('stc_jax.speed.pictures')
    pictures.roofline(pathlib.Path(_PICTURE.value), found)
  return found


def _profile(experiment: Any, console: Console) -> dict:
  """Measures the parts of a training step; prints them."""
  profile = late.load('stc_jax.speed.profile')
  found = profile.profile(experiment, _REPEATS.value, console.print)
  console.print(profile.table(found))
  _warn(found, console)
  return found


def _warn(found: dict, console: Console) -> None:
  """Says where the machine wasn't idle."""
  if warning := late.load('stc_jax.speed.load').warning(
    found['load'], found['threads']
  ):
    console.print(warning)


def _scaling(experiment: Any, console: Console) -> dict:
  """Measures steps of growing size; prints them, and draws their cost."""
  measurement = late.load('stc_jax.speed.measurement')
  found = measurement.measure_scaling(experiment, _REPEATS.value, console.print)
  console.print(late.load('stc_jax.speed.scaling').table(found['rows']))
  if _PICTURE.value:
    title = f'{experiment.model}, {found["notation"]}, {found["device"]}'
    pictures = late.load('stc_jax.speed.pictures')
    pictures.scaling(pathlib.Path(_PICTURE.value), found['rows'], title)
  return found


def _check_outputs() -> None:
  """Refuses files that can't be written, before the minutes of measuring.

  Raises:
    InputError: no such folder, no right to write, no PNG, or nothing to draw.
  """
  picture, has_peer = _PICTURE.value, _PEER.value != 'none'
  for path in map(pathlib.Path, filter(None, (_JSON.value, picture))):
    if path.is_dir() or not os.access(path.absolute().parent, os.W_OK):
      raise InputError(f'{path}: cannot be written; name a file in a folder of yours')
  if picture and not picture.endswith('.png'):
    raise InputError(f'--picture={picture}: must end in .png')
  if _SCALING.value and has_peer:
    raise InputError('--scaling: has no --peer; leave one of them out')
  if _PROFILE.value and (_SCALING.value or has_peer or picture):
    raise InputError('--profile: has no --scaling, --peer or --picture; leave them out')
  if _PROFILE.value:
    return
  drawn = late.load('stc_jax.speed.pictures').PARTS
  if _SCALING.value or set(drawn) & set(_PART.value):
    return
  if picture or has_peer:
    raise InputError(
      f'--part: --picture and --peer are of {" and ".join(drawn)}; name one of them'
    )


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main)
