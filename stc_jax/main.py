"""Trains and evaluates: `python -m stc_jax.main --config=launch/synthetic.py`.

A launch file says which dataset, input, model, protocol and training; any of its fields
can be set on the command line, as in --config.model=stc_lstm. The same command
continues a run that was stopped; `--mode=evaluate --workdir=RUN` tests it again.
"""

import importlib

from absl import flags

from stc_jax.console import command_line, determinism, launch_file, processes

_WORKDIR = flags.DEFINE_string(
  'workdir', '', "The run's folder; runs/<launch file>-<model>-<hash> if not given."
)
_MODE = flags.DEFINE_enum(
  'mode',
  'train_and_evaluate',
  ['train_and_evaluate', 'evaluate'],
  'evaluate: test the finished models of --workdir again; needs no --config.',
)
_DETERMINISTIC = flags.DEFINE_bool(
  'deterministic', False, 'The same digits every time on a GPU, too, if more slowly.'
)
flags.adopt_module_key_flags(launch_file)
flags.adopt_module_key_flags(processes)


def main() -> None:
  """Runs what the flags ask for."""
  code = processes.start_or_join()
  if code is not None:
    raise SystemExit(code)
  if _DETERMINISTIC.value:
    determinism.fix_programs()
  command = importlib.import_module('stc_jax.runs.command')  # seconds, not for --help
  command.main(_WORKDIR.value, evaluate=_MODE.value == 'evaluate')


if __name__ == '__main__':
  command_line.run(main, processes.leave)
