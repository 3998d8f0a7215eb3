"""CK+, Oulu-CASIA and MMI as one set; each is tested by a model of the two others.

python -m stc_jax.prepare --dataset=NAME --manual_dir=FOLDER   (each of the three)
python -m stc_jax.main --config=launch/joined.py

Not run: the databases need licences. Their frame rates differ, so all clips are sampled
at 10 Hz. Their classes have the same names; other sets may need a map:
--config.dataset.names="('crema_d', 'ravdess')"
--config.dataset.classes="(('calm', 'neutral'), ('surprise', ''))"
"""

from stc_jax.launch import default, recipes


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.names = ('ck_plus', 'oulu_casia', 'mmi')
  config.dataset.balanced = True
  config.dataset.strongest_frame = 'most_changed'
  config.input.frame_rate = 10.0
  config.input.frames = 22
  config.protocol.kind = 'databases'
  config.protocol.repeats = 1
  return recipes.with_recipe(config, recipe)
