"""Tests a finished model: `stc-jax test --model=RUN_OR_BUNDLE --dataset=mmi`.

The set is any prepared one. The model was trained on none of the people there, or it is
refused; the models of a run are averaged. Without --dataset a run is tested on its own
set, each clip by the model that left it out. Writes scores, predictions and a picture;
`report --workdir=TEST --workdir=TEST` shows several tests in one table.
"""

import dataclasses
import pathlib
from typing import Any, NoReturn

from absl import flags

from stc_jax import late
from stc_jax.cli import command_line, compilation, launch_file
from stc_jax.cli import workdir as workdir_flag
from stc_jax.console import terminal
from stc_jax.errors import InputError

_MODEL = flags.DEFINE_string(
  'model', '', "To test: a run's folder, or one of the models in it."
)
_DATASET = flags.DEFINE_list(
  'dataset',
  [],
  'To test on: a prepared set, such as mmi or clip_folder/mine (after the slash its '
  "builder config); or several, joined. Default: a run's own set.",
)
_CLASSES = flags.DEFINE_list(
  'classes',
  [],
  "To test: the model's name for a class of the set, as in happy=happiness,calm=; with "
  'nothing after = its clips are left out. So are those of classes that the model '
  "doesn't have.",
)
_DATA_DIR = flags.DEFINE_string(
  'data_dir', '', "To test: the folder of prepared sets. Default: the run's, or TFDS's."
)
FLAGS = (_MODEL, _DATASET, _CLASSES, _DATA_DIR)
_SECTIONS = ('dataset', 'execution')  # of a launch file; the model has the others
flags.adopt_module_key_flags(launch_file)
flags.adopt_module_key_flags(workdir_flag)


def main() -> None:
  """Tests a model; the launch file, if there is one, names the set alone.

  Raises:
    InputError: a flag is missing, or one doesn't go with another.
  """
  if not _MODEL.value:
    raise InputError('--model: missing; name a run, or one of the models in it')
  compilation.keep_programs()
  model = late.load('stc_jax.runs.testing.finished_model').load(
    pathlib.Path(_MODEL.value)
  )
  dataset, execution = _from_launch_file() if launch_file.is_given() else _named(model)
  running = late.load('stc_jax.runs.testing.run_test')
  folder = workdir_flag.WORKDIR.value
  where = pathlib.Path(folder) if folder else running.default_folder(model, dataset)
  running.test_in_folder(model, dataset, execution, where, terminal.console())


def _from_launch_file() -> tuple[Any, Any]:
  """Sections `dataset` and `execution` of the launch file.

  Raises:
    InputError: a field is set that a test doesn't read, or a flag says the same.
  """
  for flag in (_DATASET, _CLASSES, _DATA_DIR):
    if flag.value:
      field = 'execution.data_dir' if flag is _DATA_DIR else 'dataset'
      raise InputError(
        f'--{flag.name}: set, but --config names the set; leave one out, or set '
        f'--config.{field}'
      )
  for field in launch_file.set_fields():
    if field.partition('.')[0] not in _SECTIONS:
      raise InputError(
        f'{field}: set, but the model that is tested brings its own; leave it out'
      )
  sections = launch_file.read().to_dict()
  if 'study' in sections:
    raise InputError('--config: is a study; name the launch file of a set')
  experiment = late.load('stc_jax.runs.config').from_sections(sections)
  return experiment.dataset, experiment.execution


def _named(model: Any) -> tuple[Any, Any]:
  """The set that --dataset names, or the run's own.

  Raises:
    InputError: there is no set, or the flags don't fit together.
  """
  config = late.load('stc_jax.runs.config')
  own = model.experiment
  sections = late.load('stc_jax.launch.default').get_config().to_dict()
  execution = config.ExecutionConfig(**sections['execution'])
  if own is not None:
    execution = own.execution
  if _DATA_DIR.value:
    execution = dataclasses.replace(execution, data_dir=_DATA_DIR.value)
  names, classes = tuple(_DATASET.value), tuple(map(_renamed, _CLASSES.value))
  own_names = [own.dataset.written, *([()] * model.is_run)] if own else []
  if not classes and names in own_names:
    return own.dataset, execution
  if not names:
    raise InputError(
      '--dataset: missing; name a prepared set, such as mmi or clip_folder/mine'
    )
  return _section(names, classes), execution


def _section(names: tuple[str, ...], classes: tuple[tuple[str, str], ...]) -> Any:
  """Section `dataset` for these sets."""
  kind = late.load('stc_jax.data.dataset_config').DatasetConfig
  strongest = {'strongest_frame': 'most_changed', 'neutral_share': 0.0}
  if len(names) > 1 or classes:
    joined = {'names': names, 'classes': classes}
    return kind(name='', builder_config='', **strongest, **joined)
  name, _, builder_config = names[0].partition('/')
  return kind(name=name, builder_config=builder_config, **strongest)


def _renamed(words: str) -> tuple[str, str]:
  """One pair of --classes.

  Raises:
    InputError: it isn't one.
  """
  name, equals, other = words.partition('=')
  if not name or not equals:
    raise InputError(f"--classes: {words!r} must be such as 'happy=happiness'")
  return name, other


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main)
