"""Measures speed: `stc-jax benchmark --config=launch/ck_plus.py`.

Measures a training step, the whole loop, inference, the input pipeline and
preprocessing on random clips, with the model, batch and precision of the launch file,
on the device that JAX finds; as rates and as shares of the device's limits.
`--peer=torch` measures the same in PyTorch, `--scaling` how the cost grows.
"""

from typing import NoReturn

from absl import flags

from stc_jax import late
from stc_jax.cli import command_line, launch_file

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
flags.adopt_module_key_flags(launch_file)


def main() -> None:
  """Measures the parts, the peer, or the scaling."""
  command = late.load('stc_jax.speed.command')
  chosen = (_PEER, _JSON, _PICTURE, _REPEATS, _PART, _CLIPS, _SCALING)
  command.main(command.BenchmarkOptions(**{flag.name: flag.value for flag in chosen}))


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main)
