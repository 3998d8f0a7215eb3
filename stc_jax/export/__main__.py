"""Writes a finished model as one file: `python -m stc_jax.export --model=runs/mine`.

For programs without us: uint8 frames in, probabilities out. `onnx` is read by
onnxruntime and many others; `stablehlo` by JAX alone, and only for some months. Of a
run, the mean of its models is exported.
"""

import importlib

from absl import flags

from stc_jax.console import command_line

_MODEL = flags.DEFINE_string(
  'model', None, 'The folder of a run, or one of those in its models/.', required=True
)
_FORMAT = flags.DEFINE_enum(
  'format',
  'onnx',
  ['onnx', 'stablehlo'],
  "onnx needs pip install -e '.[export]'; stablehlo is no archive.",
)
_OUTPUT = flags.DEFINE_string(
  'output', '', 'The file; model.onnx or model.stablehlo.zip in --model if not given.'
)


def main() -> None:
  """Exports what the flags name."""
  command = importlib.import_module('stc_jax.export.command')  # seconds, not --help
  command.main(_MODEL.value, _FORMAT.value, _OUTPUT.value)


if __name__ == '__main__':
  command_line.run(main)
