"""The paper's recipe to the letter, where it has one (Yu et al. 2018, sec. 4.2).

  python -m stc_jax.main --config=launch/paper.py

Plain SGD at the published rates, and none of what launch/default.py adds.
"""

from launch import synthetic_full


def get_config():
  config = synthetic_full.get_config()
  config.model.remove_appearance = False
  config.model.pyramid_norm = False
  config.model.gate_bias = 0.0
  config.training.stages = ((300, 0.0025), (200, 0.000025))
  config.training.optimizer = 'sgd'
  config.training.momentum = 0.0
  config.training.weight_decay = 0.0015
  config.training.gradient_clip = 0.0
  config.training.batch_size = 32
  return config
