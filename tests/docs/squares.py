"""Squares that grow or shrink.

python -m stc_jax.main --config=launch/squares.py
"""

from stc_jax.launch import default


def get_config():
  config = default.get_config()
  config.dataset.name = 'squares'
  config.input.update(frames=3, height=16, width=16)
  default.set_models(config, notation='C(3,4)-BN-P2-C(3,4)-S', levels=(4, 2))
  config.protocol.update(folds=2, repeats=1)
  return config
