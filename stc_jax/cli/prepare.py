"""Prepares a dataset for training: `stc-jax prepare --dataset=NAME`.

Prints the folder of the dataset, its contents, and the command that trains on it. Each
dataset has options of its own; `stc-jax prepare --dataset=NAME --help` lists them.
"""

import collections
import contextlib
import pathlib
import shlex
import sys
from typing import Any, NoReturn

from absl import flags

from stc_jax import late
from stc_jax.cli import command_line, compilation

_DATASET = flags.DEFINE_string(
  'dataset', None, 'The dataset: a folder of datasets/.', required=True
)
_BUILDER_CONFIG = flags.DEFINE_string(
  'builder_config',
  '',
  "One of the dataset's configs; for clip_folder, a name of your own for this folder.",
)
_MANUAL_DIR = flags.DEFINE_string(
  'manual_dir', '', 'The folder of raw files, for a dataset that is made from them.'
)
_DATA_DIR = flags.DEFINE_string(
  'data_dir',
  '',
  'The folder of prepared datasets. Default: TFDS_DATA_DIR or ~/tensorflow_datasets.',
)
_OVERWRITE = flags.DEFINE_bool('overwrite', False, 'Makes the dataset again.')
_BEAM = flags.DEFINE_list(
  'beam_pipeline_options',
  [],
  "Prepares by a pipeline of Apache Beam: its options and its runner's, with commas "
  'between them, such as --runner=DirectRunner,--direct_num_workers=2.',
)
# This set is rendered by the code; its launch files choose among its configs.
_RENDERED = 'synthetic_faces'
_OPTIONS: list[str] = []  # the flags that belong to the dataset


def main() -> None:
  """Prepares the dataset that the flags name, and describes it."""
  compilation.keep_programs()
  values = {name: flags.FLAGS[name].value for name in _OPTIONS}
  builder = late.load('stc_jax.data.preparation').prepare(
    _DATASET.value,
    _BUILDER_CONFIG.value,
    _DATA_DIR.value,
    _MANUAL_DIR.value,
    _OVERWRITE.value,
    {name: value for name, value in values.items() if value is not None},
    _BEAM.value,
  )
  print(f'{builder.info.full_name} is in {builder.data_dir}')
  for split in builder.info.splits:
    print(_describe(builder, split))
  if command := _training_command(builder):
    print(f'next: {command}')


def _define_options() -> None:
  """Defines a flag for each option of the dataset that the command line names.

  Raises:
    InputError: there is no dataset of this name.
  """
  if name := _named_dataset():
    for option in late.load('stc_jax.data.catalogue').options(name):
      _define(option)
      _OPTIONS.append(option.name)


def _named_dataset() -> str:
  """The value of --dataset; '' where it is missing."""
  found = flags.FlagValues()
  flags.DEFINE_string('dataset', '', '', flag_values=found)
  found.set_gnu_getopt()
  with contextlib.suppress(flags.Error):  # the command line is parsed again, strictly
    found(sys.argv, known_only=True)
  return found['dataset'].value


def _define(option: Any) -> None:
  """Defines the flag of an `options.Option`; its value is None where it isn't given."""
  name, help_text = option.name, option.help
  if option.choices:
    flags.DEFINE_enum(name, None, list(option.choices), help_text)
  elif option.kind is bool:
    flags.DEFINE_bool(name, None, help_text)
  elif option.kind is str:
    flags.DEFINE_string(name, None, help_text)
  else:
    define = flags.DEFINE_integer if option.kind is int else flags.DEFINE_float
    define(name, None, help_text, lower_bound=option.least)


def _training_command(builder: Any) -> str:
  """The command that trains on a prepared dataset; '' where it has no launch file."""
  launch, config = f'launch/{_DATASET.value}.py', _BUILDER_CONFIG.value
  if _DATASET.value == _RENDERED:
    is_coded = 'label' not in builder.info.features
    launch = f'launch/synthetic{"_aus" * is_coded}.py'
    config = builder.info.config_name
  if not pathlib.Path(launch).exists():
    return ''
  fields = {'dataset.builder_config': config, 'execution.data_dir': _DATA_DIR.value}
  given = [
    f'--config.{field}={shlex.quote(value)}' for field, value in fields.items() if value
  ]
  return ' '.join([f'python -m stc_jax.main --config={launch}', *given])


def _describe(builder: Any, split: str) -> str:
  """A line on a split: its clips, and its subjects and classes where it has them."""
  examples = builder.as_data_source(split)
  subjects, counts = set(), collections.Counter()
  for example in examples:
    subjects.add(example.get('subject'))
    counts[example.get('label')] += 1
  words = [f'{split}: {len(examples)} clips']
  if 'subject' in builder.info.features:
    words.append(f'{len(subjects)} subjects')
  if 'label' in builder.info.features:
    names = builder.info.features['label'].names
    classes = ', '.join(f'{name} {counts[i]}' for i, name in enumerate(names))
    words.append(f'{len(names)} classes ({classes})')
  return ', '.join(words)


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main, define=_define_options)
