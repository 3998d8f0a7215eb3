"""DenseNet-BC compared with PyTorch's layers, with copied weights."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stc_jax.models import shapes
from stc_jax.models.config import DenseNetConfig
from stc_jax.models.registry import build

SMALL = DenseNetConfig(growth=4, depth=16, norm_momentum=0.9, dtype='float32')


def test_it_has_the_parameters_of_the_published_one():
  published = DenseNetConfig(growth=12, depth=40, norm_momentum=0.9, dtype='float32')
  still = jax.ShapeDtypeStruct((1, 1, 32, 32, 3), jnp.float32)
  counts = shapes.parameter_counts(build('densenet', published, 10), still)
  assert sum(counts.values()) == 176_122  # DenseNet-BC, k = 12, depth 40, CIFAR-10


def test_a_clip_s_answer_is_the_mean_of_its_own_stills():
  model = build('densenet', SMALL, 3)
  video = jax.random.normal(jax.random.key(0), (2, 3, 8, 8, 1))
  variables = model.init(jax.random.key(1), video, train=False)
  together = model.apply(variables, video, jnp.array([3, 2]), train=False)
  each = [model.apply(variables, video[:, [i]], train=False) for i in range(3)]
  np.testing.assert_allclose(together[0], sum(s[0] for s in each) / 3, atol=1e-6)
  np.testing.assert_allclose(together[1], (each[0][1] + each[1][1]) / 2, atol=1e-6)


class Twin:
  """The same network in PyTorch, which reads our variables."""

  def __init__(self, torch, params):
    self.torch, self.functional = torch, torch.nn.functional
    leaves = jax.tree.map(lambda leaf: torch.from_numpy(np.array(leaf)), params)
    self.params = jax.tree.map(lambda leaf: leaf.requires_grad_(), leaves)

  def activated(self, maps, name):
    own = self.params[name]
    normal = self.functional.batch_norm(
      maps, None, None, own['scale'], own['bias'], training=True
    )
    return self.functional.relu(normal)

  def convolved(self, maps, name):
    kernel = self.params[name]['kernel'].permute(3, 2, 0, 1)
    return self.functional.conv2d(maps, kernel, padding='same')

  def __call__(self, stills, layers):
    maps = self.convolved(stills, 'stem')
    for block in (1, 2, 3):
      for layer in range(1, layers + 1):
        new = maps
        for half in (1, 2):
          name = f'block{block}_layer{layer}'
          new = self.activated(new, f'{name}_norm{half}')
          new = self.convolved(new, f'{name}_conv{half}')
        maps = self.torch.cat([maps, new], dim=1)
      if block < 3:
        maps = self.activated(maps, f'transition{block}_norm')
        maps = self.convolved(maps, f'transition{block}_conv')
        maps = self.functional.avg_pool2d(maps, 2)
    features = self.activated(maps, 'norm').mean(dim=(2, 3))
    return features @ self.params['fc']['kernel'] + self.params['fc']['bias']


def test_outputs_and_gradients_equal_pytorch_s():
  torch = pytest.importorskip('torch')
  model = build('densenet', SMALL, 3)
  video = jax.random.normal(jax.random.key(0), (2, 2, 12, 8, 3))
  params = model.init(jax.random.key(1), video, train=False)['params']
  weights = jax.random.normal(jax.random.key(2), (2, 3))

  def total(params):
    logits, _ = model.apply(
      {'params': params}, video, train=True, mutable=['batch_stats']
    )
    return (weights * logits).sum(), logits

  grads, logits = jax.jit(jax.grad(total, has_aux=True))(params)
  twin = Twin(torch, params)
  stills = np.array(video.reshape(4, 12, 8, 3))
  theirs = twin(torch.from_numpy(stills).permute(0, 3, 1, 2), SMALL.layers)
  clips = theirs.reshape(2, 2, 3).mean(dim=1)
  (clips * torch.from_numpy(np.array(weights))).sum().backward()
  np.testing.assert_allclose(logits, clips.detach().numpy(), atol=1e-4)

  def same(ours, theirs):
    expected = theirs.grad.numpy()
    scale = max(np.abs(expected).max(), 1e-3)
    np.testing.assert_allclose(ours / scale, expected / scale, atol=1e-3)

  jax.tree.map(same, grads, twin.params)
