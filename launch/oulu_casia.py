"""Oulu-CASIA: 480 sequences of 80 subjects, neutral to apex; 22 frames.

python -m stc_jax.prepare --dataset=oulu_casia --manual_dir=FOLDER
python -m stc_jax.main --config=launch/oulu_casia.py
"""

from launch import default


def get_config():
  config = default.get_config()
  config.dataset.name = 'oulu_casia'
  config.model.notation = default.PAPER.replace('I(64,64,18)', 'I(64,64,22)')
  return config
