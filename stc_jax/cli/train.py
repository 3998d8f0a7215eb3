"""Trains and evaluates: `stc-jax train --config=launch/synthetic.py`.

A launch file sets dataset, input, model, protocol and training; any of its fields can
be set on the command line, as in --config.model=stc_lstm. The same command continues a
run that was stopped; `--mode=evaluate --workdir=RUN` tests its models again.
"""

import pathlib
from collections.abc import Mapping
from typing import Any, NoReturn

from absl import flags
from rich.console import Console

from stc_jax import late
from stc_jax.cli import (
  command_line,
  compilation,
  cpu_devices,
  determinism,
  launch_file,
  processes,
  reporting,
  test,
)
from stc_jax.cli import workdir as workdir_flag
from stc_jax.console import terminal
from stc_jax.errors import InputError

_MODE = flags.DEFINE_enum(
  'mode',
  'train_and_evaluate',
  ['train_and_evaluate', 'evaluate', 'test'],
  'evaluate tests the finished models of --workdir again and needs no --config. test '
  'does as `stc-jax test`.',
)
_DETERMINISTIC = flags.DEFINE_bool(
  'deterministic', False, 'Reproducible results on a GPU, too, at lower speed.'
)
flags.adopt_module_key_flags(launch_file)
flags.adopt_module_key_flags(processes)
flags.adopt_module_key_flags(workdir_flag)
for _flag in test.FLAGS:
  flags.declare_key_flag(_flag.name)


def main() -> None:
  """Trains, or tests a run again, in one process or several.

  Raises:
    InputError: flags that don't go with --mode, or bad input.
  """
  if _MODE.value != 'test':
    _refuse_flags_of_test()
  code = processes.start_or_join()
  if code is not None:
    raise SystemExit(code)
  if _DETERMINISTIC.value:
    determinism.fix_programs()
  compilation.keep_programs()
  hosts = late.load('stc_jax.training.hosts')
  evaluate = _MODE.value == 'evaluate'
  if evaluate and hosts.are_several():
    raise InputError('--mode=evaluate: runs in one process; leave out --processes')
  if _MODE.value == 'test':
    if hosts.are_several():
      raise InputError('--mode=test: runs in one process; leave out --processes')
    test.main()
    return
  # Before `cpu_devices`, JAX can't be asked.
  console = terminal.console(quiet=processes.is_joined() and not hosts.is_first())
  if evaluate and not launch_file.is_given():
    where = pathlib.Path(workdir_flag.WORKDIR.value)
    _run(late.load('stc_jax.runs.start').experiment_of(where), where, console)
    return
  sections = launch_file.read().to_dict()
  if 'study' in sections:
    _study(sections, console)
    return
  config = late.load('stc_jax.runs.config')
  experiment = config.from_sections(sections, launch_file.set_fields())
  if not evaluate and not processes.is_joined():
    cpu_devices.share_cores([experiment])
  _run(experiment, _folder({experiment.model: experiment}), console)


def _refuse_flags_of_test() -> None:
  """Refuses a flag that only a test reads."""
  for flag in test.FLAGS:
    if flag.value:
      raise InputError(
        f'--{flag.name}: set, but --mode={_MODE.value} has no use for it; leave it '
        'out, or set --mode=test'
      )


def _study(sections: Mapping[str, Any], console: Console) -> None:
  """Trains the runs of a study in turn, and compares them.

  Raises:
    InputError: --mode=evaluate, which is for single runs.
  """
  if _MODE.value == 'evaluate':
    raise InputError(
      '--mode=evaluate: tests one run; name its folder in the study, without --config'
    )
  study, hosts = map(late.load, ('stc_jax.runs.study', 'stc_jax.training.hosts'))
  plan = late.load('stc_jax.run_folder.study_plan')
  set_fields = launch_file.set_fields()
  experiments = study.experiments(sections, set_fields)
  if not processes.is_joined():
    cpu_devices.share_cores(experiments.values())
  study_fields = late.load('stc_jax.runs.study_fields')
  for note in study_fields.notes(experiments, sections, set_fields):
    console.print(note, highlight=False, soft_wrap=True)
  where = _folder(experiments)
  if hosts.is_first():
    plan.write(where, experiments)
  for number, (name, experiment) in enumerate(experiments.items(), start=1):
    console.rule(f'{name} ({number} of {len(experiments)})')
    _run(experiment, plan.run_of(where, name), console)
  if hosts.is_first():
    console.print(late.load('stc_jax.report.study_table').study_table(where))
    reporting.write_report(console, [where], where / 'report')
  hosts.wait_for_all()


def _run(experiment: Any, where: pathlib.Path, console: Console) -> None:
  """Trains an experiment in its folder, or tests it again."""
  runs = late.load('stc_jax.runs.run')
  runs.run_in_folder(experiment, where, _MODE.value == 'evaluate', console)


def _folder(experiments: Mapping[str, Any]) -> pathlib.Path:
  """The folder of a run or study: --workdir, or one that its configuration names."""
  if workdir_flag.WORKDIR.value:
    return pathlib.Path(workdir_flag.WORKDIR.value)
  launch = pathlib.Path(launch_file.path()).stem
  return late.load('stc_jax.runs.study').default_folder(launch, experiments)


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main, processes.leave)
