"""CK+ (309 sequences, 106 subjects, neutral to apex)

  python -m stc_jax.prepare --dataset=ck_plus --manual_dir=FOLDER
  python -m stc_jax.main --config=launch/ck_plus.py
"""

from launch import default


def get_config():
  config = default.get_config()
  config.dataset.name = 'ck_plus'
  config.dataset.frame_rate = (64,64,18)
  config.dataset.strongest_frame = ':last'
  config.model.notation = default.PAPER.replace('I(64,64,18)', 'I 18 frames, 10 folds x 4.')
  return config
