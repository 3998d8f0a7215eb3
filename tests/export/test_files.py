"""Files of ONNX and StableHLO give the same probabilities as our models."""

import dataclasses

import numpy as np
import pytest
import untrained

from stc_jax.bundle.bundle import Bundle
from stc_jax.data.transforms import TRANSFORMS, VIEWS
from stc_jax.errors import InputError
from stc_jax.models.registry import MODELS
from stc_jax.models.trunk import ACTIVATIONS
from stc_jax.predict.model import Model

pytest.importorskip('onnx')
onnxruntime = pytest.importorskip('onnxruntime')
onnx_file = pytest.importorskip('stc_jax.export.onnx_file')
stablehlo_file = pytest.importorskip('stc_jax.export.stablehlo_file')

CLIPS, BATCHES = 100, (1, 2, 7)
TRANSFORMED = {
  'transforms': ('gray', 'local_contrast', 'frames_and_change'),
  'views': ('original', 'mirrored'),
}
# Together every choice that there is.
CASES = {
  'defaults': ('stc_nlstm', {}, TRANSFORMED),
  'one pixel in several regions': (
    'stc_nlstm',
    {
      'levels': (9, 4, 8),
      'lstm_readout': 'mean',
      'deep_supervision': False,
      'activation': 'tanh',
      'notation': 'C(3,4)-P2-C(2,4)-BN-P2-S',
    },
    {'transforms': ('remove_appearance',), 'views': ('mirrored',)},
  ),
  'even regions': (
    'stc_nlstm',
    {'pyramid_norm': False, 'lstm_readout': 'last_padded', 'gate_bias': 0.0},
    {'height': 16, 'width': 24},
  ),
  'sum': (
    'stc_slstm',
    {'activation': 'elu', 'activation_place': 'before_norm', 'levels': (3, 1)},
    {'transforms': ('local_contrast', 'remove_appearance')},
  ),
  'last layer': (
    'stc_lstm',
    {'lstm_layers': 1, 'lstm_readout': 'mean', 'notation': 'C(3,4)-C(5,3)-BN-FC7-S'},
    {'transforms': ('frames_and_change', 'gray')},
  ),
  'no memory': (
    'stc',
    {
      'activation': 'leaky_relu',
      'activation_place': 'before_norm',
      'notation': 'C(3,4)-BN-P2-C(3,5)-FC7-FC6-S',
    },
    TRANSFORMED,
  ),
  'stills': ('densenet', {}, {'frames': 2, 'transforms': ('gray', 'local_contrast')}),
}


def shown(bundle: Bundle, count: int) -> tuple[np.ndarray, np.ndarray]:
  """Random clips as a file wants them: the last frame of short ones repeated."""
  random, size = np.random.default_rng(1), bundle.input
  shape = (count, size.frames, size.height, size.width, 3)
  # Patches of colour that move; of single pixels all clips would look alike.
  patches = random.integers(0, 256, (count, 1, 3, 3, 3)).repeat(10, 2).repeat(10, 3)
  patches = patches[:, :, : size.height, : size.width]
  frames = (patches * random.uniform(0.3, 1, shape)).astype(np.uint8)
  real = random.integers(2, size.frames + 1, count).astype(np.int32)
  for clip, own in zip(frames, real, strict=True):
    clip[own:] = clip[own - 1]
  return frames, real


def said(bundles: list[Bundle], frames, real) -> np.ndarray:
  """What our own program says of each clip, given its own frames alone."""
  model = Model(bundles)
  clips = zip(frames, real, strict=True)
  return np.stack([model(clip[:own]) for clip, own in clips])


def in_batches(run, frames, real, size: int) -> np.ndarray:
  starts = range(0, len(frames), size)
  return np.concatenate([run(frames[i : i + size], real[i : i + size]) for i in starts])


def answers_of_onnx(bundles: list[Bundle]):
  session = onnxruntime.InferenceSession(onnx_file.serialised(bundles))
  return lambda frames, real: session.run(None, {'frames': frames, 'real': real})[0]


@pytest.mark.parametrize('case', CASES)
def test_onnx_answers_as_jax(case):
  bundle = untrained.bundle(*CASES[case])
  frames, real = shown(bundle, CLIPS)
  ours = said([bundle], frames, real)
  assert ours.std(axis=0).max() > 0.02, 'answers that hardly differ show nothing'
  run = answers_of_onnx([bundle])
  for size in BATCHES:
    theirs = in_batches(run, frames, real, size)
    np.testing.assert_allclose(theirs, ours, atol=1e-4, rtol=0)
  assert run(frames[:0], real[:0]).shape == (0, len(bundle.names))


@pytest.mark.parametrize(
  'transforms',
  [
    ('gray', 'local_contrast', 'frames_and_change'),
    ('remove_appearance', 'local_contrast'),
  ],
)
def test_rounding_is_not_amplified_where_nothing_is_to_be_seen(transforms):
  size = {'transforms': transforms}
  bundle = untrained.bundle('stc', {'notation': 'C(3,4)-P2-S'}, size)
  size, random = bundle.input, np.random.default_rng(0)
  still = random.integers(0, 256, (3, 1, size.height, size.width, 3))
  plain = random.integers(0, 256, (9, 1, 1, 1, 3))
  paler = random.integers(0, 256, (3, size.frames, 1, 1, 1))
  shape = (size.frames, size.height, size.width, 3)
  clips = [
    np.broadcast_to(clip, shape) for part in (still, plain, paler) for clip in part
  ]
  frames = np.stack(clips).astype(np.uint8)
  real = np.full(len(frames), size.frames, np.int32)
  theirs = answers_of_onnx([bundle])(frames, real)
  np.testing.assert_allclose(theirs, said([bundle], frames, real), atol=1e-5, rtol=0)


def test_onnx_finds_action_units_frame_by_frame():
  bundle = untrained.bundle('stc_nlstm', {}, {'sampling': 'past'}, kind='detection')
  size = bundle.input
  (video,), _ = shown(dataclasses.replace(bundle, input=_longer(size)), 1)
  windows = video[size.frame_windows(np.arange(len(video)), 25.0)]
  theirs = answers_of_onnx([bundle])(windows, np.full(len(video), size.frames, 'i4'))
  np.testing.assert_allclose(theirs, Model([bundle])(video), atol=1e-4, rtol=0)


def _longer(size):
  return dataclasses.replace(size, frames=12, sampling='uniform')


def test_onnx_means_over_a_runs_models_and_in_float32():
  bundles, half = (
    [untrained.bundle('stc', {'dtype': dtype}, {}, seed) for seed in (1, 2)]
    for dtype in ('float32', 'bfloat16')
  )
  frames, real = shown(bundles[0], 7)
  ours = said(bundles, frames, real)
  for some in (bundles, half):
    np.testing.assert_allclose(answers_of_onnx(some)(frames, real), ours, atol=1e-4)
  assert abs(said(bundles[:1], frames, real) - ours).max() > 0.01


def test_stablehlo_answers_as_jax():
  model, network, size = CASES['defaults']
  network = network | {'notation': 'C(3,4)-P2-C(3,4)-S', 'lstm_layers': 1}
  bundles = [untrained.bundle(model, network, size, seed) for seed in (1, 2)]
  frames, real = shown(bundles[0], CLIPS)
  ours, data = said(bundles, frames, real), stablehlo_file.serialised(bundles)
  run = stablehlo_file.opened(data)
  for size in BATCHES:
    theirs = in_batches(run, frames, real, size)
    np.testing.assert_allclose(theirs, ours, atol=1e-4, rtol=0)


def test_all_that_there_is_has_a_form_in_onnx():
  models, sizes = zip(*[(case[0], case[2]) for case in CASES.values()], strict=True)
  assert set(models) == set(MODELS)
  for field, known in (('transforms', TRANSFORMS), ('views', VIEWS)):
    tried = {name for size in sizes for name in size.get(field, ())}
    assert tried == set(known)
  networks = [untrained.bundle(*case).network for case in CASES.values()]
  assert {getattr(network, 'activation', 'relu') for network in networks} == set(
    ACTIVATIONS
  )


def test_what_has_no_form_is_refused_by_name(monkeypatch):
  monkeypatch.setitem(TRANSFORMS, 'negative', lambda video, real: -video)
  bundle = untrained.bundle('stc', {}, {'transforms': ('negative',)})
  with pytest.raises(InputError, match=r"input.transforms: 'negative' .*stablehlo"):
    onnx_file.serialised([bundle])


def test_the_same_model_gives_the_same_bytes():
  bundles = [untrained.bundle(*CASES['stills'])]
  assert onnx_file.serialised(bundles) == onnx_file.serialised(bundles)
