"""Bundles of random weights, whose predictions differ between clips."""

import jax
import numpy as np

from stc_jax.bundle.bundle import Bundle
from stc_jax.data.input import InputConfig, Normalisation
from stc_jax.launch import default
from stc_jax.models import shapes
from stc_jax.models.registry import MODELS, build
from stc_jax.tasks.registry import TaskConfig

CLASSES = ('anger', 'fear', 'happiness')
# Odd sizes: P2 leaves a row out, and no level of a pyramid divides them.
_INPUT = {
  'frames': 5,
  'height': 19,
  'width': 26,
  'views': ('original',),
  'transforms': (),
  'training_sampling': 'same',
}
_NETWORK = {
  'notation': 'C(3,4)-BN-P2-C(3,4)-C(3,4)-P2-S',
  'lstm_width': 6,
  'depth': 10,
  'growth': 4,
}


def bundle(
  model: str, network: dict, size: dict, seed: int = 0, kind: str = 'classification'
) -> Bundle:
  """A model of this name; `network` and `size` are fields of its sections."""
  config = default.get_config()
  small = {name: value for name, value in _NETWORK.items() if name in config[model]}
  section = MODELS[model].config(**{**config[model], **small, **network})
  shown = InputConfig(**{**config.input, **_INPUT, **size})
  aus = tuple(range(1, len(CLASSES) + 1)) if kind == 'detection' else ()
  return Bundle(
    model=model,
    network=section,
    input=shown,
    task=TaskConfig(kind, aus, 0.0, 'none'),
    names=CLASSES,
    normalisation=Normalisation(
      np.array([0.4, 0.5, 0.6], np.float32), np.array([3, 4, 5], np.float32)
    ),
    alignment={
      'align': 'mtcnn',
      'roll': 'keep',
      'smooth': '0.0',
      'max_gap': '5',
      'size': '64 x 64',
    },
    clip_seconds={'low': 0.3, 'median': 0.4, 'high': 0.5},
    clip_motion={'low': 3.0, 'median': 10.0, 'high': 20.0},
    provenance={'dataset': {'name': 'fake/1.0.0'}, 'trial': f'0-{seed}'},
    variables=_variables(build(model, section, len(CLASSES)), shown, seed),
  )


def _variables(network, size: InputConfig, seed: int) -> dict:
  """Weights larger than at first, statistics and lines of all kinds."""
  clip = shapes.one_clip(size.frames, size.height, size.width, size.channels)
  first = shapes.variables(network, clip)
  random = np.random.default_rng(seed)

  def drawn(path, leaf):
    name, shape = path[-1].key, leaf.shape
    if name == 'var':
      return random.uniform(0.5, 2, shape).astype(np.float32)
    streams = name.startswith('w_') or len(shape) == 3  # each has its own matrix
    fan_in = shape[-2] if streams else np.prod(shape[:-1])
    gain = 8 if name.startswith('w_') else 2
    size = {'scale': 1, 'bias': 0.3, 'mean': 0.3}.get(name, gain / np.sqrt(fan_in))
    return random.normal(0, size, shape).astype(np.float32)

  variables = jax.tree_util.tree_map_with_path(drawn, first)
  return {
    'batch_stats': variables.get('batch_stats', {}),
    'params': variables['params'],
  }
