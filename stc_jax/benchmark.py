"""Measures speed: `python -m stc_jax.benchmark --config=launch/ck_plus.py`.

On whatever device JAX finds, with the launch file's model, batch and precision, on
random clips: a training step, the whole loop, inference, the input pipeline and
preprocessing, as rates and as shares of what the device can do. `--peer=torch` measures
the same in PyTorch, `--scaling` how the cost grows.
"""

import importlib

from absl import flags

from stc_jax.console import command_line, launch_file

_PARTS = (
  'training',
  'whole loop',
  'inference',
  'input pipeline',
  'host pipeline',
  'preprocessing',
)
_PEER = flags.DEFINE_enum(
  'peer', 'none', ['none', 'torch'], 'Measures an equal in another framework, too.'
)
_JSON = flags.DEFINE_string('json', '', 'A file for all figures.')
_PICTURE = flags.DEFINE_string('picture', '', 'A PNG file: the roofline, or scaling.')
_REPEATS = flags.DEFINE_integer('repeats', 5, 'Of each measurement.', lower_bound=1)
_PART = flags.DEFINE_multi_enum(
  'part', _PARTS, _PARTS, 'What to measure; the flag may be repeated.'
)
_CLIPS = flags.DEFINE_integer(
  'clips', 64, 'That lie on the device, of ours.', lower_bound=1
)
_SCALING = flags.DEFINE_bool(
  'scaling', False, 'Measures steps of growing size instead; 8 devices on a CPU.'
)
flags.adopt_module_key_flags(launch_file)


def main() -> None:
  """Measures what the flags ask for."""
  command = importlib.import_module('stc_jax.speed.command')  # seconds, not for --help
  chosen = (_PEER, _JSON, _PICTURE, _REPEATS, _PART, _CLIPS, _SCALING)
  command.main(command.BenchmarkOptions(**{flag.name: flag.value for flag in chosen}))


if __name__ == '__main__':
  command_line.run(main)
