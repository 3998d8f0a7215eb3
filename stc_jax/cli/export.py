"""Writes a trained model to pass on: `stc-jax export --model=RUN --format=onnx`.

The file takes uint8 frames and returns probabilities; it needs none of this package.
onnxruntime and others read `onnx`; JAX alone reads `stablehlo`, for some months. Of a
run, the mean of its models is exported. `folder` is a folder with a model card, which
stc_jax.load opens and the Hugging Face Hub takes.
"""

import pathlib
from typing import NoReturn

from absl import flags

from stc_jax import late
from stc_jax.cli import command_line
from stc_jax.console import terminal
from stc_jax.errors import InputError

_MODEL = flags.DEFINE_string(
  'model', None, "A run's folder, or one of the models in it.", required=True
)
_FORMAT = flags.DEFINE_enum(
  'format',
  'onnx',
  ['onnx', 'stablehlo', 'folder'],
  "onnx needs pip install -e '.[export]'; stablehlo is not for archiving.",
)
_OUTPUT = flags.DEFINE_string(
  'output',
  '',
  'The file, or folder. Default: model.onnx, model.stablehlo.zip or shared in --model.',
)
_NAMES = {
  'onnx': 'model.onnx',
  'stablehlo': 'model.stablehlo.zip',
  'folder': 'shared',
}


def main() -> None:
  """Exports the model, and prints what was written and how it is called.

  Raises:
    InputError: the file can't be written, or a package is missing.
  """
  form = _FORMAT.value
  path = _path(_MODEL.value, form, _OUTPUT.value)
  if form == 'folder':
    _share(path)
    return
  writer = late.load_with_extra(
    f'stc_jax.export.{form}_file', f'--format={form}', 'export', ('onnx', 'onnxruntime')
  )
  exporter = late.load('stc_jax.export.exporter')
  console = terminal.console(highlight=False, soft_wrap=True)
  done = exporter.export(_MODEL.value, path, writer, console.status)
  first, count = done.bundles[0], len(done.bundles)
  what = f'{first.model}, ' + (f'the mean of {count} models, ' if count > 1 else '')
  console.print(
    f'{path}: {what}{done.size / 1e6:.1f} MB; on {exporter.CHECKED} random clips, a '
    f'still and a uniform one it differs from JAX by at most {done.difference:.1g}'
  )
  for line in late.load('stc_jax.export.metadata').how_to(first):
    console.print(f'  {line}')
  if form == 'stablehlo':
    console.print(
      'This file is not for archiving: JAX reads such a program for half a year. Keep '
      'the run or the bundle, and export again.'
    )


def _share(path: pathlib.Path) -> None:
  """Writes the folder, and prints what may be done with it."""
  bundles = late.load('stc_jax.export.shared_folder').write(_MODEL.value, path)
  licences = late.load('stc_jax.export.licences')
  datasets = late.load('stc_jax.bundle.purpose').datasets_of(bundles[0])
  console = terminal.console(highlight=False, soft_wrap=True)
  count = 'one model' if len(bundles) == 1 else f'{len(bundles)} models'
  console.print(f'{path}: {count} and a card; read README.md before you pass it on')
  console.print(f'  {licences.licence_of(datasets).terms}')


def _path(model: str, form: str, output: str) -> pathlib.Path:
  """The file or folder that is written.

  Raises:
    InputError: it is a folder, or its folder isn't there.
  """
  name = _NAMES[form]
  path = pathlib.Path(output or pathlib.Path(model) / name)
  if path.is_dir() and form != 'folder':
    raise InputError(f'{path}: is a folder; name a file, --output={path / name}')
  if output and not path.parent.is_dir():
    raise InputError(f'{path}: {path.parent} is no folder; make it, or name another')
  return path


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main)
