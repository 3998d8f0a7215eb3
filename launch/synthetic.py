"""The embedded dataset, small enough for a laptop: `make demo` runs this.

python -m stc_jax.main --config=launch/synthetic.py
"""

from stc_jax.launch import default, recipes


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.name = 'synthetic_faces'
  config.dataset.builder_config = 'neutral_to_apex'
  # Three frames, chosen anew each time: with few clips, longer inputs are memorised.
  config.input.update(frames=3, height=48, width=48)
  notation = default.LAYERS.replace('C(3,64)', 'C(3,16)')
  default.set_models(config, notation=notation, lstm_width=64, depth=22)
  # These faces are aligned more exactly than real ones.
  config.training.augment = 'mild'
  # For the same number of clips, more steps are better than larger batches.
  config.training.batch_size = 2
  config.training.stages = ((8000, 0.0004), (2000, 0.00004))
  config.protocol.folds = 3
  config.protocol.repeats = 1
  return recipes.with_recipe(config, recipe)
