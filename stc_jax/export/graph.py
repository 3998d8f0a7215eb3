"""An ONNX graph under construction."""

from collections.abc import Callable

import numpy as np
import onnx
from onnx import helper, numpy_helper

from stc_jax.errors import InputError

# The version of January 2023, which all current runtimes read.
OPSET = 18
_IR_VERSION = 8


class Graph:
  """Nodes in their order, and the constants that they read.

  A value is named by a str. An array that a node reads becomes a constant of the graph.
  The same calls give the same bytes.
  """

  def __init__(self):
    self._nodes: list[onnx.NodeProto] = []
    self._constants: dict[tuple, onnx.TensorProto] = {}

  def add(self, kind: str, *inputs: str | np.ndarray | np.float32, **attributes) -> str:
    """Adds an operator of ONNX; returns its first result."""
    result = f'{kind}_{len(self._nodes)}'
    names = [i if isinstance(i, str) else self._constant(i) for i in inputs]
    self._nodes.append(
      helper.make_node(kind, names, [result], name=result, **attributes)
    )
    return result

  def reshape(self, value: str, *sizes: int) -> str:
    """A size of 0 keeps a dimension; -1 takes all that is left."""
    return self.add('Reshape', value, np.array(sizes, np.int64))

  def transpose(self, value: str, *axes: int) -> str:
    """Puts the axes in this order."""
    return self.add('Transpose', value, perm=list(axes))

  def reduce(self, kind: str, value: str, *axes: int, keep: bool = True) -> str:
    """ReduceMax, ReduceMean or ReduceSum; `keep` leaves axes of length one."""
    return self.add(kind, value, np.array(axes, np.int64), keepdims=int(keep))

  def part(self, value: str, axis: int, first: int, end: int) -> str:
    """The entries from `first` up to `end` along an axis."""
    bounds = (np.array([n], np.int64) for n in (first, end, axis))
    return self.add('Slice', value, *bounds)

  def reversed(self, value: str, axis: int) -> str:
    """The entries along an axis, last first."""
    ends = (-1, np.iinfo(np.int64).min, axis, -1)
    return self.add('Slice', value, *(np.array([n], np.int64) for n in ends))

  def joined(self, values: list[str], axis: int) -> str:
    """Concatenates values along one of their axes."""
    return self.add('Concat', *values, axis=axis) if len(values) > 1 else values[0]

  def stacked(self, values: list[str]) -> str:
    """Stacks values along a new first axis."""
    first = np.array([0], np.int64)
    return self.joined([self.add('Unsqueeze', value, first) for value in values], 0)

  def floats(self, value: str) -> str:
    """Casts to float32."""
    return self.add('Cast', value, to=onnx.TensorProto.FLOAT)

  def named(self, value: str, name: str) -> None:
    """Makes a value an output of the graph, with this name."""
    self._nodes.append(helper.make_node('Identity', [value], [name], name=name))

  def model(
    self,
    name: str,
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
  ) -> onnx.ModelProto:
    """The finished graph as an ONNX model."""
    constants = list(self._constants.values())
    graph = helper.make_graph(self._nodes, name, inputs, outputs, constants)
    opset = [helper.make_opsetid('', OPSET)]
    return helper.make_model(graph, opset_imports=opset, ir_version=_IR_VERSION)

  def _constant(self, array: np.ndarray | np.float32) -> str:
    array = np.asarray(array, order='C')
    key = (array.dtype.str, array.shape, array.tobytes())
    if key not in self._constants:
      name = f'constant_{len(self._constants)}'
      self._constants[key] = numpy_helper.from_array(array, name)
    return self._constants[key].name


def known(forms: dict[str, Callable], name: str, field: str) -> Callable:
  """Looks up the ONNX form of a model, layer or transform.

  Raises:
    InputError: there is none; names the `field` of the launch file that asks for it.
  """
  if name not in forms:
    raise InputError(
      f'{field}: {name!r} has no form in ONNX, only {", ".join(forms)}; take '
      '--format=stablehlo'
    )
  return forms[name]
