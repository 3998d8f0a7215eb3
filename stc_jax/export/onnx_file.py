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
from stc_jax.export.layers import Maps
from stc_jax.export.metadata import how_to, metadata
from stc_jax.export.networks import Clips
from stc_jax.tasks.registry import task_of

_PROBABILITIES = {'softmax': 'Softmax', 'sigmoid': 'Sigmoid'}
_BATCH = 'batch'
IN_FLOAT32 = True  # its graph has no other precision
_START = np.zeros(1, np.int64)


def serialised(bundles: list[Bundle]) -> bytes:
  """The file's bytes: `frames` and `real` in, the bundles' mean `probabilities` out.

  Computes in float32, whatever the network's own precision.

  Raises:
    InputError: something of the network or its input has no form in ONNX.
  """
  graph, first = Graph(), bundles[0]
  graph.named(_mean_answer(graph, bundles), 'probabilities')
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
  """A file's bytes as a function of frames and how many are real, in onnxruntime."""
  session = onnxruntime.InferenceSession(data, providers=['CPUExecutionProvider'])
  return lambda frames, real: session.run(None, {'frames': frames, 'real': real})[0]


def _mean_answer(graph: Graph, bundles: list[Bundle]) -> str:
  config = bundles[0].input
  asked, given_real = _one_at_least(graph, config)
  views = input_graph.seen(graph, asked, config)
  frames = graph.joined(views, 0)  # so the network is there once
  real = graph.add(
    'Clip', graph.floats(given_real), np.float32(1), np.float32(config.frames)
  )
  real = graph.reshape(graph.joined([real] * len(views), 0), -1, 1)
  shares = input_graph.own_frames(graph, real, config.frames)
  each = []
  for bundle in bundles:
    value = input_graph.network_input(
      graph, frames, shares, bundle.normalisation, config
    )
    clips = Clips(Maps(value, config.height, config.width), real, config.frames)
    each.append(_answer(graph, bundle, clips))
  mean = graph.add('Mean', *each)
  by_view = graph.reshape(mean, len(views), -1, len(bundles[0].names))
  answers = graph.reduce('ReduceMean', by_view, 0, keep=False)
  return graph.add('Slice', answers, _START, _batch(graph), _START)


def _one_at_least(graph: Graph, config: InputConfig) -> tuple[str, str]:
  """The frames and `real`, and one clip more where there is none.

  Of no clips at all onnxruntime's LSTM ends the process.
  """
  more = graph.add('Sub', np.array([1], np.int64), _batch(graph))
  more = graph.add('Max', more, _START)
  clip = np.zeros((1, config.frames, config.height, config.width, 3), np.uint8)
  added = graph.add('Slice', clip, _START, more, _START)
  real = graph.add('Slice', np.ones(1, np.int32), _START, more, _START)
  return graph.joined(['frames', added], 0), graph.joined(['real', real], 0)


def _batch(graph: Graph) -> str:
  """How many clips there are: int64 [1]."""
  return graph.add('Shape', 'real')


def _answer(graph: Graph, bundle: Bundle, clips: Clips) -> str:
  """The answer's, averaged half and half with the auxiliary outputs' mean."""
  logits, auxiliary = networks.answers(
    graph, bundle.model, bundle.network, bundle.variables, clips
  )
  kind = _PROBABILITIES[task_of(bundle.task).activation]
  answer = graph.add(kind, logits)
  if not auxiliary:
    return answer
  others = graph.add('Mean', *[graph.add(kind, each) for each in auxiliary])
  return graph.add('Mean', answer, others)
