"""Models compared with PyTorch; skipped where it isn't installed."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from small import configs

from stc_jax.data import transforms
from stc_jax.models.lstm import LSTM
from stc_jax.models.mspp import max_pool_1x2x2, mspp_norm
from stc_jax.models.registry import build
from stc_jax.models.stc import AUXILIARY

torch = pytest.importorskip('torch')
torch_twin = pytest.importorskip('benchmarks.torch_twin')
torch_input = pytest.importorskip('benchmarks.torch_input')


def as_torch(array):
  return torch.from_numpy(np.array(array))


def relative_error(ours, theirs):
  ours, theirs = np.asarray(ours), theirs.detach().numpy()
  return np.linalg.norm(ours - theirs) / max(np.linalg.norm(theirs), 1e-12)


def test_lstm():
  inputs = jax.random.normal(jax.random.key(0), (3, 9, 5))
  ours = LSTM(width=6, layers=2, gate_bias=1.0, dtype=jnp.float32)
  params = ours.init(jax.random.key(1), inputs)['params']
  theirs = torch.nn.LSTM(5, 6, num_layers=2, batch_first=True)
  for name, target in theirs.named_parameters():
    value = torch_twin.translate({'c_lstm': params}, f'c_lstm.{name}')
    target.data = as_torch(value)
  expected = theirs(as_torch(inputs))[0]
  assert relative_error(ours.apply({'params': params}, inputs), expected) < 1e-6


@pytest.mark.parametrize('size', [(64, 64), (19, 26), (4, 4)])
def test_mspp(size):
  maps = jax.random.normal(jax.random.key(0), (2, 3, *size, 4))
  theirs = torch_twin.mspp_norm(
    as_torch(maps).permute(0, 4, 1, 2, 3), (8, 4, 2)
  ).numpy()
  np.testing.assert_array_equal(mspp_norm(maps, pooled=max_pool_1x2x2(maps)), theirs)


@pytest.mark.parametrize(
  ('config', 'clip'),
  [
    pytest.param(configs.NARROW, configs.VIDEO, id='narrow', marks=pytest.mark.slow),
    pytest.param(configs.SMALL, configs.SMALL_VIDEO, id='odd'),
  ],
)
def test_outputs_and_gradients_of_the_whole_network(config, clip):
  video = jax.random.normal(jax.random.key(0), (2, *clip.shape[1:]))
  labels = np.array([1, 4])
  config = dataclasses.replace(config, deep_supervision=True)
  model = build('stc_nlstm', config, 6)
  variables = model.init(jax.random.key(1), video, train=False)

  def loss_of(params):
    logits, sown = model.apply(
      variables | {'params': params},
      video,
      train=True,
      mutable=['batch_stats', AUXILIARY],
    )
    (each,) = jax.tree.leaves(sown[AUXILIARY])
    losses = -jax.nn.log_softmax(jnp.stack([logits, *each]))[:, jnp.arange(2), labels]
    return losses.mean(axis=1).sum(), logits

  grads, logits = jax.jit(jax.grad(loss_of, has_aux=True))(variables['params'])

  twin = torch_twin.TorchTwin(config, 6)
  torch_twin.copy_params(variables['params'], twin)
  outputs, each = twin(as_torch(video).permute(0, 4, 1, 2, 3))
  answers, wanted = [outputs, *each], torch.from_numpy(labels)
  sum(
    torch.nn.functional.cross_entropy(answer, wanted) for answer in answers
  ).backward()

  assert relative_error(logits, outputs) < 1e-4
  grads = jax.tree.map(np.asarray, grads)
  for name, theirs in twin.named_parameters():
    # PyTorch has biases that ours has not: before BN, and a second one in an LSTM.
    if 'bias_hh' in name or _before_norm(config, name):
      continue
    ours = torch_twin.translate(grads, name)
    assert relative_error(ours, theirs.grad) < 1e-4, name


def _before_norm(config, name):
  part, number, *_ = name.split('.')
  if part != 'blocks' or not name.endswith('0.bias'):
    return False
  return config.architecture.convs[int(number)].norm


@pytest.mark.parametrize('name', transforms.TRANSFORMS)
def test_the_peers_transforms_are_ours(name):
  video = jax.random.normal(jax.random.key(0), (2, 3, 21, 32, 3))
  ours = transforms.TRANSFORMS[name](video, jnp.array([3, 3]))
  theirs = torch_input.TRANSFORMS[name](as_torch(video).permute(0, 4, 1, 2, 3))
  np.testing.assert_allclose(ours, theirs.permute(0, 2, 3, 4, 1), atol=1e-5)
