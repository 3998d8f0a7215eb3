"""The study on the embedded dataset, with a third of the demo's steps (`make study`).

python -m stc_jax.main --config=launch/synthetic_study.py:all
"""

from stc_jax.launch import study, synthetic


def get_config(which: str = 'all'):
  config = synthetic.get_config()
  config.dataset.builder_config = 'neutral_to_apex_tuning'
  config.training.stages = ((2666, 0.0004), (667, 0.00004))
  config.protocol.repeats = 1
  config = study.with_study(config, which, depths=(3, 5, 7))
  runs = dict(config.study)
  if 'DenseNet' in runs:
    runs['DenseNet'] = _last_frames
  config.study = tuple(runs.items())
  return config


def _last_frames(sections):
  """DenseNet on the last frame alone, because it is slow on a CPU."""
  own = study.stills(sections)
  own['input']['frames'] = 1
  return own
