"""A folder of your own clips; its form is in datasets/clip_folder/README.md.

  python -m stc_jax.prepare --dataset=clip_folder --manual_dir=FOLDER
  python -m stc_jax.main --config=launch/clip_folder.py

Small enough for a CPU: at most 8 frames of 48 x 48; 300 clips of three frames take a
few minutes a trial. For the paper's size on a GPU add --config.input.frames=18
--config.input.height=64 --config.input.width=64 --config.stc_nlstm.lstm_width=128
--config.stc_nlstm.notation='C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-C(3,64)-P2-C(3,64)-S'
"""

from launch import default, synthetic


def get_config(recipe: str = ''):
  config = synthetic.get_config()
  config.dataset.name = 'clip_folder'
  config.dataset.builder_config = ''
  config.dataset.strongest_frame = 'most_changed'
  config.input.frames = 8  # an apex can lie anywhere
  config.training.augment = 'strong'  # real faces lie less straight than rendered ones
  config.training.stages = ((2400, 0.0004), (600, 0.00004))
  return default.with_recipe(config, recipe)
