"""Trains and evaluates: `python -m stc_jax.main --config=launch/synthetic.py`.

A launch file says which dataset, model, protocol and training; any of its fields can be
set on the command line, as in --config.model.name=stc_lstm. The same command continues
a run that was stopped.
"""

import hashlib
import pathlib

from absl import flags
from rich.console import Console

from stc_jax import command_line, compilation, experiment, launch_config, run, screen
from stc_jax.data import catalogue, preparation
from stc_jax.errors import InputError
from stc_jax.evaluation import folder
from stc_jax.material import gather

_WORKDIR = flags.DEFINE_string(
  'workdir', '', "The run's folder; runs/<launch file>-<model>-<hash> if not given."
)
_MODE = flags.DEFINE_enum(
  'mode',
  'train_and_evaluate',
  ['train_and_evaluate', 'evaluate'],
  'evaluate: test the finished models of --workdir again.',
)

# The one dataset that needs no files of the user's.
_EMBEDDED = 'synthetic_faces'


def main() -> None:
  """Runs what the flags ask for."""
  console = Console()
  compilation.keep_programs()
  config = launch_config.read()
  settings = experiment.from_config(config)
  workdir = pathlib.Path(_WORKDIR.value or _default_workdir(config.to_dict()))
  if _MODE.value == 'evaluate' and not (workdir / 'config.json').exists():
    raise InputError(f'{workdir}: no run there; leave out --mode=evaluate to train one')
  if settings.dataset.name == _EMBEDDED:
    _prepare_embedded(settings.dataset, console)
  material = gather(settings)
  screen.introduce(settings, material, console)
  run.open_folder(workdir, config.to_dict(), material, console)
  if _MODE.value == 'train_and_evaluate':
    run.train(settings, material, workdir, console)
    found = run.read(material, workdir)
  else:
    found = run.test_again(settings, material, workdir)
  summary = run.sum_up(settings, material, found, workdir)
  screen.conclude(summary, workdir, console)


def _prepare_embedded(dataset: experiment.DatasetConfig, console: Console) -> None:
  """Renders the embedded set where it isn't yet, or of an older version."""
  where = dataset.name, dataset.builder_config, dataset.data_dir
  if not catalogue.is_current(*where):
    console.print('rendering the embedded dataset: about a minute ...')
    preparation.prepare(*where)


def _default_workdir(config: dict) -> str:
  """A folder for each configuration: the same command finds its run again."""
  launch = pathlib.Path(launch_config.path()).stem
  digest = hashlib.sha256(folder.as_json(config).encode()).hexdigest()[:8]
  return f'runs/{launch}-{config["model"]["name"]}-{digest}'


if __name__ == '__main__':
  command_line.run(main)
