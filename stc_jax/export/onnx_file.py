"""A model of ONNX, built from bundles' weights."""

import json

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

import stc_jax
from stc_jax.bundle.bundle import Bundle
from stc_jax.data.input import InputConfig
from stc_jax.export import input_graph, networks
from stc_jax.export.graph import Graph
from stc_jax.export.jax_function import HostFunction
from stc_jax.export.layers import FeatureMaps
from stc_jax.export.metadata import how_to, metadata
from stc_jax.export.networks import Clips
from stc_jax.tasks.registry import task_of

_ACTIVATIONS = {'softmax': 'Softmax', 'sigmoid': 'Sigmoid'}
_BATCH = 'batch'
IN_FLOAT32 = True  # its graph has no other precision
_START = np.zeros(1, np.int64)


def serialised(bundles: list[Bundle]) -> bytes:
  """The file's bytes: `frames` and `real` in, the bundles' mean `probabilities` out.

  Computes in float32, whatever the network's own precision.

  Raises:
    InputError: a part of the network or its input has no form in ONNX.
  """
  graph, first = Graph(), bundles[0]
  graph.named(_mean_probabilities(graph, bundles), 'probabilities')
  size, outputs = first.input, len(first.names)
  video = [_BATCH, size.frames, size.height, size.width, 3]
  model = graph.model(
    first.model,
    [
      helper.make_tensor_value_info('frames', TensorProto.UINT8, video),
      helper.make_tensor_value_info('real', TensorProto.INT32, [_BATCH]),
    ],
    [
      helper.make_tensor_value_info(
        'probabilities', TensorProto.FLOAT, [_BATCH, outputs]
      )
    ],
  )
  model.producer_name, model.producer_version = 'stc_jax', stc_jax.__version__
  model.doc_string = '\n'.join(how_to(first))
  helper.set_model_props(
    model,
    {
      name: json.dumps(value, ensure_ascii=False, allow_nan=False)
      for name, value in metadata(bundles).items()
    },
  )
  onnx.checker.check_model(model, full_check=True)
  return model.SerializeToString(deterministic=True)


def opened(data: bytes) -> HostFunction:
  """Opens a file's bytes in onnxruntime, as a function of frames and lengths."""
  session = onnxruntime.InferenceSession(data, providers=['CPUExecutionProvider'])
  return lambda frames, real: session.run(None, {'frames': frames, 'real': real})[0]


def _mean_probabilities(graph: Graph, bundles: list[Bundle]) -> str:
  config = bundles[0].input
  frames, real = _one_at_least(graph, config)
  views = input_graph.seen(graph, frames, config)
  frames = graph.joined(views, 0)  # so the network is there once
  lengths = graph.add(
    'Clip', graph.floats(real), np.float32(1), np.float32(config.frames)
  )
  lengths = graph.reshape(graph.joined([lengths] * len(views), 0), -1, 1)
  shares = input_graph.own_frames(graph, lengths, config.frames)
  each = []
  for bundle in bundles:
    value = input_graph.network_input(
      graph, frames, shares, bundle.normalisation, config
    )
    clips = Clips(
      FeatureMaps(value, config.height, config.width), lengths, config.frames
    )
    each.append(_probabilities(graph, bundle, clips))
  mean = graph.add('Mean', *each)
  by_view = graph.reshape(mean, len(views), -1, len(bundles[0].names))
  probabilities = graph.reduce('ReduceMean', by_view, 0, keep=False)
  return graph.add('Slice', probabilities, _START, _batch(graph), _START)


def _one_at_least(graph: Graph, config: InputConfig) -> tuple[str, str]:
  """`frames` and `real`, with one clip added to an empty batch.

  onnxruntime's LSTM ends the process on an empty batch.
  """
  more = graph.add('Sub', np.array([1], np.int64), _batch(graph))
  more = graph.add('Max', more, _START)
  clip = np.zeros((1, config.frames, config.height, config.width, 3), np.uint8)
  added = graph.add('Slice', clip, _START, more, _START)
  real = graph.add('Slice', np.ones(1, np.int32), _START, more, _START)
  return graph.joined(['frames', added], 0), graph.joined(['real', real], 0)


def _batch(graph: Graph) -> str:
  """The number of clips: int64 [1]."""
  return graph.add('Shape', 'real')


def _probabilities(graph: Graph, bundle: Bundle, clips: Clips) -> str:
  """The mean of the network's probabilities and of the auxiliary outputs' mean."""
  logits, auxiliary = networks.logits_of(
    graph, bundle.model, bundle.network, bundle.variables, clips
  )
  kind = _ACTIVATIONS[task_of(bundle.task).activation]
  probabilities = graph.add(kind, logits)
  if not auxiliary:
    return probabilities
  others = graph.add('Mean', *[graph.add(kind, each) for each in auxiliary])
  return graph.add('Mean', probabilities, others)
