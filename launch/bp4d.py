"""BP4D: 11 action units in 146,847 coded frames, the split of FERA 2015, 3 seeds.

python -m stc_jax.prepare --dataset=bp4d --manual_dir=FOLDER
python -m stc_jax.main --config=launch/bp4d.py

Four epochs take about 19 hours a seed on two CPU cores, at the speeds measured in
benchmarks/README.md: 5 windows a second in training, 9 in evaluation. Not run on a GPU:
at the 7,900 clips a second that an H200 trained there, of this size and in batches of
32, a seed takes a minute.

The 12 action units and three subject lists of later papers:
  --config.protocol.kind=given --config.task.aus="(1,2,4,6,7,10,12,14,15,17,23,24)"
"""

from stc_jax.launch import default, recipes

BATCH_SIZE = 16
EPOCH = 75_586 // BATCH_SIZE  # steps for one pass over the training frames of FERA 2015


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.name = 'bp4d'
  config.task.kind = 'detection'
  config.task.aus = (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23)
  config.input.sampling = 'past'
  config.input.training_sampling = 'same'
  config.protocol.kind = 'fixed'
  config.protocol.repeats = 3
  config.training.augment = 'strong_but_true'
  config.training.batch_size = BATCH_SIZE
  config.training.stages = ((3 * EPOCH, 0.0002), (EPOCH, 0.00002))
  return recipes.with_recipe(config, recipe)
