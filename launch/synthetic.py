"""The embedded dataset, small enough for a laptop: `make demo` runs this.

python -m stc_jax.main --config=launch/synthetic.py
"""

from launch import default


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.name = 'synthetic_faces'
  config.dataset.builder_config = 'neutral_to_apex'
  config.input.update(frames=4, height=48, width=48)
  notation = default.LAYERS.replace('C(3,64)', 'C(3,16)')
  default.set_models(config, notation=notation, lstm_width=64)
  config.protocol.folds = 3
  config.protocol.repeats = 1
  return default.with_recipe(config, recipe)
