"""The embedded dataset at the paper's size: 18 frames of 64 x 64, 64 filters.

python -m stc_jax.main --config=launch/synthetic_full.py
"""

from launch import default


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.name = 'synthetic_faces'
  config.dataset.builder_config = 'neutral_to_apex'
  config.training.stages = ((1200, 0.0004), (300, 0.00004))
  return default.with_recipe(config, recipe)
