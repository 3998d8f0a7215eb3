"""RAVDESS: 1,440 clips of 24 speaking actors, eight classes; six parts of four actors.

python -m stc_jax.prepare --dataset=ravdess --manual_dir=FOLDER
python -m stc_jax.main --config=launch/ravdess.py

The five published parts instead of six: prepare the set with --parts=five. Song:
--builder_config=song, and --config.dataset.builder_config=song here.

We have measured no accuracy on it: the files weren't at hand. Settings are those of
launch/mmi.py. Published, to stand beside: 62.1 % from action units and a bidirectional
LSTM, five parts (Luna-Jiménez et al. 2022); trained on other databases only, mean
recall 65.8 (EMO-AffectNet). Their protocols differ from this one.
"""

from stc_jax.launch import default, recipes


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.name = 'ravdess'
  config.dataset.strongest_frame = 'most_changed'
  config.input.frame_rate = 10.0
  config.input.frames = 22
  config.protocol.kind = 'given'
  config.protocol.repeats = 4
  config.training.stages = ((3000, 0.0002), (750, 0.00002))
  return recipes.with_recipe(config, recipe)
