"""A folder of your own clips; datasets/clip_folder/README.md describes its form.

  python -m stc_jax.prepare --dataset=clip_folder --manual_dir=FOLDER
  python -m stc_jax.main --config=launch/clip_folder.py

Small enough for a CPU: at most 8 frames. With clips of three frames a trial takes six
to seven minutes on two cores, eight to ten on one. For the paper's size on a GPU add
--config.input.frames=18 --config.stc_nlstm.lstm_width=128
--config.training.stages='((2400, 0.0002), (600, 0.00002))'
--config.stc_nlstm.notation='C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-C(3,64)-P2-C(3,64)-S'
"""

from stc_jax.launch import recipes, synthetic


def get_config(recipe: str = ''):
  config = synthetic.get_config()
  config.dataset.name = 'clip_folder'
  config.dataset.builder_config = ''
  config.dataset.strongest_frame = 'most_changed'
  # The apex can be anywhere in a clip. Prepared frames have this size.
  config.input.update(frames=8, height=64, width=64)
  config.protocol.repeats = 1
  config.training.batch_size = 8
  # Real faces are aligned less exactly than rendered ones.
  config.training.augment = 'strong'
  config.training.stages = ((4800, 0.0004), (1200, 0.00004))
  return recipes.with_recipe(config, recipe)
