"""Trains and evaluates: `stc-jax train --config=launch/synthetic.py`.

A launch file sets dataset, input, model, protocol and training; any of its fields can
be set on the command line, as in --config.model=stc_lstm. The same command continues a
run that was stopped; `--mode=evaluate --workdir=RUN` tests its models again.
"""

from typing import NoReturn

from absl import flags

from stc_jax import late
from stc_jax.cli import command_line, determinism, launch_file, processes

_WORKDIR = flags.DEFINE_string(
  'workdir',
  '',
  "The run's folder. Default: runs/<launch file>-<model>-<hash>.",
)
_MODE = flags.DEFINE_enum(
  'mode',
  'train_and_evaluate',
  ['train_and_evaluate', 'evaluate'],
  'evaluate tests the finished models of --workdir again and needs no --config.',
)
_DETERMINISTIC = flags.DEFINE_bool(
  'deterministic', False, 'Reproducible results on a GPU, too, at lower speed.'
)
flags.adopt_module_key_flags(launch_file)
flags.adopt_module_key_flags(processes)


def main() -> None:
  """Trains, or tests a run again, in one process or several."""
  code = processes.start_or_join()
  if code is not None:
    raise SystemExit(code)
  if _DETERMINISTIC.value:
    determinism.fix_programs()
  late.load('stc_jax.runs.command').main(
    _WORKDIR.value, evaluate=_MODE.value == 'evaluate'
  )


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main, processes.leave)
