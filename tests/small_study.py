"""A launch file: two methods on small clips."""

from stc_jax.launch import clip_folder


def get_config():
  config = clip_folder.get_config()
  with config.unlocked():
    config.study = (
      ('no LSTM', {'model': 'stc', 'training': {'weight_decay': 0.1}}),
      ('whole', {}),
    )
  return config
