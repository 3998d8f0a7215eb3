"""Writes a trained model as one file: `stc-jax export --model=RUN --format=onnx`.

The file takes uint8 frames and returns probabilities; it needs none of this package.
onnxruntime and others read `onnx`; JAX alone reads `stablehlo`, for some months. Of a
run, the mean of its models is exported.
"""

from typing import NoReturn

from absl import flags

from stc_jax import late
from stc_jax.cli import command_line

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


def main() -> None:
  """Exports the model."""
  late.load('stc_jax.export.command').main(_MODEL.value, _FORMAT.value, _OUTPUT.value)


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main)
