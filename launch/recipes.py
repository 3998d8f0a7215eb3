"""Recipes: another way to train, or another network, behind a launch file's name."""

from ml_collections import ConfigDict

from stc_jax.launch import default


def with_recipe(config: ConfigDict, recipe: str) -> ConfigDict:
  """Returns `config` with the recipe of this name; '' leaves it as it is.

  `paper` and `paper_learns` know of the launch file the dataset alone; `stills` keeps
  its size, and as many clips.

  Raises:
    ValueError: there is no such recipe.
  """
  if recipe not in RECIPES:
    known = ', '.join(filter(None, RECIPES))
    raise ValueError(f'no recipe {recipe!r}; known: {known}')
  RECIPES[recipe](config)
  return config


def _paper(config: ConfigDict) -> None:
  """The paper to the letter, where it has one (Yu et al. 2018, sec. 3 and 4).

  Its frames, size and layers with FC18, two LSTM layers, plain SGD at its rates,
  iterations and weight decay, its 14 variants, 10 folds 4 times; none of what the
  defaults add.

  Where even this had to choose, for the paper is silent: optimiser, batch size (32),
  activation (ReLU after BN), momentum of BN's running statistics (0.9), LSTM width
  (128) and read-out (last step), first biases (0), rotation's border (repeated), crop
  (datasets/<name>/README.md), and folds, which are independent of subjects. Its weight
  decay is taken as L2 in the loss, on matrices and kernels alone. MMI has 208
  sequences, not 205.
  """
  sampling = config.input.sampling  # of clips, or of labelled frames
  defaults = default.get_config()
  config.input = defaults.input
  config.input.sampling = sampling
  config.input.transforms = ()
  config.input.training_sampling = 'same'
  config.input.views = ('original',)
  config.input.update(_PAPER_INPUT.get(config.dataset.name, {}))
  for model in default.MODELS:
    config[model] = defaults[model]
  notation = default.LAYERS.removesuffix('-S') + '-FC18-S'
  default.set_models(
    config,
    notation=notation,
    pyramid_norm=False,
    gate_bias=0.0,
    lstm_readout='last_padded',
    deep_supervision=False,
  )
  config.task.logit_adjustment = 0.0
  if config.task.kind == 'classification':
    config.protocol = defaults.protocol
  config.training.update(
    stages=((300, 0.0025), (200, 0.000025)),
    batch_size=32,
    optimizer='sgd',
    momentum=0.0,
    weight_decay=0.0015,
    gradient_clip=0.0,
    augment='paper',
  )


def _paper_learns(config: ConfigDict) -> None:
  """The nearest reading of `:paper` that was found to learn (benchmarks/RECIPE.md).

  Tried on laboratory faces, 4 frames of 32 x 32 and 16 filters.

  Momentum, small batches, and ten times the iterations; and where the paper is silent,
  gates that start open and pyramids that are normalised.
  """
  _paper(config)
  default.set_models(config, pyramid_norm=True, gate_bias=1.0)
  config.training.update(
    stages=((3000, 0.0025), (2000, 0.000025)), batch_size=8, momentum=0.9
  )


def _stills(config: ConfigDict) -> None:
  """DenseNet on each clip's strongest frames: the paper's baseline without time.

  Of action units, on the labelled frame alone. Which frames are the strongest is the
  launch file's rule: set input.sampling beside dataset.strongest_frame. As many clips
  as the others are shown, in batches of 16 at least: batch normalisation learnt nothing
  from two. No gates saturate here: five times the others' rates, which weren't searched
  for.
  """
  config.model = 'densenet'
  config.input.transforms = ('gray', 'local_contrast')
  config.input.frames = 1
  if config.task.kind == 'classification':
    config.input.frames = 3
    config.input.sampling = config.dataset.strongest_frame
    config.input.training_sampling = 'same'
  training = config.training
  batch = max(16, training.batch_size)
  training.stages = tuple(
    (max(1, round(steps * training.batch_size / batch)), 5 * rate)
    for steps, rate in training.stages
  )
  training.batch_size = batch


RECIPES = {
  '': lambda config: None,
  'stills': _stills,
  'paper': _paper,
  'paper_learns': _paper_learns,
}
# Of CK+, and of all that the paper doesn't know, the defaults.
_PAPER_INPUT = {
  'oulu_casia': {'frames': 22},
  'mmi': {'frames': 22, 'frame_rate': 10.0},
}
