"""Writes a trained model as one file: `stc-jax export --model=RUN --format=onnx`.

The file takes uint8 frames and returns probabilities; it needs none of this package.
onnxruntime and others read `onnx`; JAX alone reads `stablehlo`, for some months. Of a
run, the mean of its models is exported.
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
  ['onnx', 'stablehlo'],
  "onnx needs pip install -e '.[export]'; stablehlo is not for archiving.",
)
_OUTPUT = flags.DEFINE_string(
  'output', '', 'The file. Default: model.onnx or model.stablehlo.zip in --model.'
)
_NAMES = {'onnx': 'model.onnx', 'stablehlo': 'model.stablehlo.zip'}


def main() -> None:
  """Exports the model, and prints what was written and how it is called.

  Raises:
    InputError: the file can't be written, or a package is missing.
  """
  form = _FORMAT.value
  path = _path(_MODEL.value, form, _OUTPUT.value)
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


def _path(model: str, form: str, output: str) -> pathlib.Path:
  """The file that is written.

  Raises:
    InputError: it is a folder, or its folder isn't there.
  """
  name = _NAMES[form]
  path = pathlib.Path(output or pathlib.Path(model) / name)
  if path.is_dir():
    raise InputError(f'{path}: is a folder; name a file, --output={path / name}')
  if output and not path.parent.is_dir():
    raise InputError(f'{path}: {path.parent} is no folder; make it, or name another')
  return path


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main)
