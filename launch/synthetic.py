"""The embedded dataset, small enough for a laptop: `make demo` runs this.

python -m stc_jax.main --config=launch/synthetic.py
"""

from launch import default


def get_config():
  config = default.get_config()
  config.dataset.name = 'synthetic_faces'
  config.dataset.builder_config = 'neutral_to_apex'
  config.model.notation = (
    'I(32,32,8)-C(3,16)-BN-P2-C(3,16)-BN-P2-C(3,16)-C(3,16)-P2-C(3,16)-FC18-S6'
  )
  config.model.lstm_width = 64
  config.protocol.folds = 3
  config.protocol.repeats = 1
  config.training.batch_size = 8
  return config
