"""A model that is trained in seconds, for the site's tutorials; it learns little.

python -m stc_jax.main --config=tiny.py --workdir=runs/tiny

After the colon stands another dataset, as in tiny.py:clip_folder, or `study`.
"""

from stc_jax.launch import default, synthetic


def get_config(what: str = 'synthetic_faces'):
  config = synthetic.get_config()
  config.dataset.builder_config = 'neutral_to_apex_small'
  config.input.update(height=24, width=24)
  default.set_models(
    config,
    notation='C(3,8)-BN-P2-C(3,8)-P2-C(3,8)-S',
    levels=(4, 2),
    lstm_width=16,
    lstm_layers=1,
    depth=10,
  )
  config.training.batch_size = 4
  config.training.stages = ((80, 0.002), (20, 0.0002))
  config.protocol.update(folds=2, repeats=1)
  if what == 'study':
    config.training.stages = ((40, 0.002),)
    with config.unlocked():
      config.study = (('STC', {'model': 'stc'}), ('STC-NLSTM', {}))
  elif what != 'synthetic_faces':
    config.dataset.update(name=what, builder_config='')
    config.training.stages = ((40, 0.002),)
  if what == 'crema_d':
    config.protocol.update(kind='given')
  return config
