"""Oulu-CASIA (480 sequences, 80 subjects, neutral to apex)

  python -m stc_jax.prepare --dataset=oulu_casia --manual_dir=FOLDER
  python -m stc_jax.main --config=launch/oulu_casia.py
"""

from launch import default


def get_config():
  config = default.get_config()
  config.dataset.name = 'oulu_casia'
  config.dataset.frame_rate = (64,64,22)
  config.dataset.strongest_frame = ':last'
  config.model.notation = default.PAPER.replace('I(64,64,18)', 'I 22 frames, 10 folds x 4.')
  return config
