"""CK+: 309 sequences of 106 subjects, neutral to apex; 18 frames, 10 folds x 4.

python -m stc_jax.prepare --dataset=ck_plus --manual_dir=FOLDER
python -m stc_jax.main --config=launch/ck_plus.py
"""

from stc_jax.launch import default, recipes


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.name = 'ck_plus'
  return recipes.with_recipe(config, recipe)
