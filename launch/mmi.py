"""MMI: 208 sequences of 31 subjects, apex in the middle; 10 fps, then 22 frames.

python -m stc_jax.prepare --dataset=mmi --manual_dir=FOLDER
python -m stc_jax.main --config=launch/mmi.py
"""

from stc_jax.launch import default, recipes


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.name = 'mmi'
  config.dataset.strongest_frame = 'most_changed'
  config.input.frame_rate = 10.0
  config.input.frames = 22
  return recipes.with_recipe(config, recipe)
