"""The embedded dataset at the paper's size: 18 frames of 64 x 64, 64 filters.

python -m stc_jax.main --config=launch/synthetic_full.py
"""

from stc_jax.launch import default, recipes


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.name = 'synthetic_faces'
  config.dataset.builder_config = 'neutral_to_apex'
  config.training.augment = 'mild'
  # 12,000 clips: a trial takes half an hour to an hour on two cores.
  config.training.batch_size = 2
  config.training.stages = ((4800, 0.0002), (1200, 0.00002))
  return recipes.with_recipe(config, recipe)
