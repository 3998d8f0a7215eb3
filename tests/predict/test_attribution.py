"""Attribution finds the one patch that decides."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from stc_jax.bundle.bundle import Bundle
from stc_jax.data.input import InputConfig, Normalisation
from stc_jax.models.config import TrunkConfig
from stc_jax.models.registry import build
from stc_jax.predict.attribution import attribute, integrated_gradients
from stc_jax.tasks.registry import TaskConfig

SIDE, FRAMES = 16, 3
PATCH = np.s_[:, 2:8, 9:15]  # 14 % of a frame
NETWORK = TrunkConfig(
  notation='C(3,4)-BN-P2-C(3,4)-S',
  activation='relu',
  activation_place='after_norm',
  norm_momentum=0.9,
  dropout=0.0,
  dtype='float32',
)
SIZE = InputConfig(FRAMES, SIDE, SIDE, 0.0, 'uniform', 'same', ('gray',), ('original',))
NORMALISATION = Normalisation(np.full(3, 0.5, np.float32), np.full(3, 4.0, np.float32))


def clips(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
  """Noise; in the patch a ramp, which rises to the right or to the left."""
  rng = np.random.default_rng(seed)
  videos = rng.normal(128, 40, (count, FRAMES, SIDE, SIDE, 1))
  labels = rng.integers(0, 2, count)
  ramp = np.linspace(-80, 80, 6)[:, None]
  for video, label in zip(videos, labels, strict=True):
    video[PATCH] = 128 + ramp * (1 if label else -1) + rng.normal(0, 20, (6, 6, 1))
  return np.uint8(np.clip(videos, 0, 255).repeat(3, axis=-1)), labels


@pytest.fixture(scope='module')
def networks():
  """One that was trained, and one that wasn't."""
  model = build('stc', NETWORK, 2)
  frames, labels = clips(128, 0)
  video = (frames.mean(axis=-1, keepdims=True) / 255 - 0.5) * 4
  video = jnp.asarray(video, jnp.float32)
  start = jax.jit(lambda v: model.init(jax.random.key(0), v, train=False))(video[:1])
  optimizer = optax.adam(0.01)

  @jax.jit
  def step(params, stats, state):
    def loss(params):
      tree = {'params': params, 'batch_stats': stats}
      logits, new = model.apply(tree, video, train=True, mutable=['batch_stats'])
      wrong = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
      return wrong.mean(), new['batch_stats']

    (_, stats), gradients = jax.value_and_grad(loss, has_aux=True)(params)
    updates, state = optimizer.update(gradients, state)
    return optax.apply_updates(params, updates), stats, state

  params, stats = start['params'], start['batch_stats']
  state = optimizer.init(params)
  for _ in range(60):
    params, stats, state = step(params, stats, state)
  trained = {'params': params, 'batch_stats': stats}
  return {'trained': trained, 'random': start}


def looked_into(variables, frames):
  task = TaskConfig('classification', (), 0.0, 'none')
  model = Bundle(
    'stc', NETWORK, SIZE, task, ('left', 'right'),
    NORMALISATION, {}, {}, {}, {}, variables,
  )  # fmt: skip
  return attribute(model, frames, FRAMES)


def shares(variables):
  """Of each of some new clips, how much of the map lies in the patch."""
  frames, labels = clips(3, 1)
  found = [looked_into(variables, video) for video in frames]
  right = [
    one.label == ('left', 'right')[n] for one, n in zip(found, labels, strict=True)
  ]
  return [one.decision[PATCH].sum() / one.decision.sum() for one in found], right


@pytest.mark.slow
def test_what_decides_holds_most_of_the_map(networks):
  inside, right = shares(networks['trained'])
  assert all(right)
  assert np.mean(inside) > 0.5


def test_of_random_weights_it_does_not(networks):
  inside, _ = shares(networks['random'])
  assert np.mean(inside) < 0.3


def test_layers_are_those_of_the_network(networks):
  found = looked_into(networks['trained'], clips(1, 2)[0][0])
  assert [layer.shape for layer in found.layers] == [(3, 16, 16), (3, 8, 8)]
  assert all(layer.min() >= 0 and layer.max() > 0 for layer in found.layers)


def test_parts_add_up_to_the_difference():
  video = jnp.asarray(
    np.random.default_rng(0).normal(size=(1, 2, 3, 3, 1)), jnp.float32
  )
  function = lambda v: jnp.tanh(v).sum() + (v**3).sum()  # noqa: E731
  parts = integrated_gradients(function, video)
  assert float(parts.sum()) == pytest.approx(float(function(video)), rel=1e-3)
