"""Oulu-CASIA: 480 sequences of 80 subjects, neutral to apex; 22 frames.

python -m stc_jax.prepare --dataset=oulu_casia --manual_dir=FOLDER
python -m stc_jax.main --config=launch/oulu_casia.py
"""

from stc_jax.launch import default, recipes


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.name = 'oulu_casia'
  config.input.frames = 22
  return recipes.with_recipe(config, recipe)
