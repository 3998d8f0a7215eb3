"""FER2013: 28,709 stills to train on, 3,589 to test; DenseNet on single frames, 1 seed.

python -m stc_jax.prepare --dataset=fer2013 --manual_dir=FOLDER
python -m stc_jax.main --config=launch/fer2013.py

With the labels of FERPlus, and eight classes:
  --builder_config=ferplus for the first command,
  --config.dataset.builder_config=ferplus for the second

Not run at this size: 50 passes show 1.4 million pictures, about 1 GFLOP each with their
gradients, which is work for a GPU. The floor is fitted once before it, on the CPU; by
an estimate from a part this takes an hour. Tried with depth 22 on 420 pictures of one
face, warped seven ways: 250 steps learnt them without an error.

No accuracy was measured: the pictures weren't at hand. Figures to stand beside, of
the split test in percent: people 65 +- 5, the winner of the challenge 71.2 (Goodfellow
et al. 2013), single networks 73.3 (Khaireddin and Chen 2021). They are plain
accuracies, so the loss isn't adjusted for rare classes here; for use on new videos add
--config.task.logit_adjustment=1.0 --config.protocol.kind=all
"""

from stc_jax.launch import default, recipes

BATCH_SIZE = 64
EPOCH = 28_709 // BATCH_SIZE  # steps for one pass over the split train


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.name = 'fer2013'
  config.model = 'densenet'
  config.task.logit_adjustment = 0.0
  # The size of the pictures; nothing moves, so there is no change to show.
  config.input.update(frames=1, height=48, width=48, training_sampling='same')
  config.input.transforms = ('gray', 'local_contrast')
  config.protocol.kind = 'fixed'
  config.protocol.repeats = 1
  config.training.batch_size = BATCH_SIZE
  # The rates of recipe `stills`, times the root of the larger batch.
  config.training.stages = ((40 * EPOCH, 0.002), (10 * EPOCH, 0.0002))
  return recipes.with_recipe(config, recipe)
