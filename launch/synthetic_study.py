"""The study on the embedded dataset, with a fifth of the demo's steps.

python -m stc_jax.main --config=launch/synthetic_study.py:methods
"""

from launch import study, synthetic


def get_config(which: str = 'methods'):
  config = synthetic.get_config()
  config.dataset.builder_config = 'neutral_to_apex_tuning'
  config.training.stages = ((1600, 0.0004), (400, 0.00004))
  config.protocol.repeats = 1
  return study.with_study(config, which)
