"""Trains and evaluates: `python -m stc_jax.main --config=launch/synthetic.py`.

A launch file says which dataset, input, model, protocol and training; any of its fields
can be set on the command line, as in --config.model=stc_lstm. The same command
continues a run that was stopped; `--mode=evaluate --workdir=RUN` tests it again.
"""

import importlib

from absl import flags

from stc_jax.console import command_line, launch_file

_WORKDIR = flags.DEFINE_string(
  'workdir', '', "The run's folder; runs/<launch file>-<model>-<hash> if not given."
)
_MODE = flags.DEFINE_enum(
  'mode',
  'train_and_evaluate',
  ['train_and_evaluate', 'evaluate'],
  'evaluate: test the finished models of --workdir again; needs no --config.',
)
flags.adopt_module_key_flags(launch_file)


def main() -> None:
  """Runs what the flags ask for."""
  command = importlib.import_module('stc_jax.runs.command')  # seconds, not for --help
  command.main(_WORKDIR.value, evaluate=_MODE.value == 'evaluate')


if __name__ == '__main__':
  command_line.run(main)
