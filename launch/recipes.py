"""Recipes: other training, or another network, named after a launch file's colon."""

from ml_collections import ConfigDict

from stc_jax.launch import default


def with_recipe(config: ConfigDict, recipe: str) -> ConfigDict:
  """Returns `config` with the recipe of this name; '' leaves it as it is.

  `paper` and `paper_learns` keep only the dataset of the launch file; `stills` keeps
  the frame size and the number of clips that training shows.

  Raises:
    ValueError: there is no such recipe.
  """
  if recipe not in RECIPES:
    known = ', '.join(filter(None, RECIPES))
    raise ValueError(f'no recipe {recipe!r}; known: {known}')
  RECIPES[recipe](config)
  return config


def _paper(config: ConfigDict) -> None:
  """Everything that the paper specifies (Yu et al. 2018, sec. 3 and 4).

  Its frames, size and layers with FC18, two LSTM layers, plain SGD with its rates,
  iterations and weight decay, its 14 augmented variants, 10 folds 4 times; nothing that
  the defaults add.

  The paper doesn't specify, so this recipe chooses: optimiser, batch size (32),
  activation (ReLU after BN), momentum of BN's running statistics (0.9), LSTM width
  (128) and read-out (last step), initial biases (0), border of rotated frames
  (repeated), crop (datasets/<name>/README.md), and folds (by subject). Weight decay is
  L2 in the loss, on matrices and kernels only. MMI has 208 sequences here, not 205.
  """
  sampling = config.input.sampling  # for clips, or for labelled frames
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
  if config.protocol.kind != 'fixed':
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
  """The recipe closest to `:paper` that was found to learn (benchmarks/RECIPE.md).

  Tried on laboratory faces, with 4 frames of 32 x 32 and 16 filters. It adds momentum,
  small batches and ten times the iterations and, where the paper specifies nothing,
  gates with a positive bias and normalised pyramids.
  """
  _paper(config)
  default.set_models(config, pyramid_norm=True, gate_bias=1.0)
  config.training.update(
    stages=((3000, 0.0025), (2000, 0.000025)), batch_size=8, momentum=0.9
  )


def _stills(config: ConfigDict) -> None:
  """DenseNet on the strongest frames of a clip: the paper's baseline without time.

  For action units it sees the labelled frame alone. The launch file defines the
  strongest frames: set input.sampling together with dataset.strongest_frame. Training
  shows as many clips as the launch file's, in batches of at least 16, because batch
  normalisation failed with two. Rates are five times those of the launch file, because
  there are no gates to saturate; they weren't searched for.
  """
  config.model = 'densenet'
  config.input.transforms = ('gray', 'local_contrast')
  config.input.frames = 1
  if config.input.sampling not in ('past', 'centred'):
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


def _fine_tune(config: ConfigDict) -> None:
  """Training that starts from a finished model: set training.start_from, too.

  For few clips; it shows 4,000 in all, at the rate of the launch file.
  """
  training = config.training
  rate = training.stages[0][1]
  steps = max(5, 4000 // training.batch_size)
  training.stages = ((steps - steps // 5, rate), (steps // 5, rate / 10))


RECIPES = {
  '': lambda config: None,
  'fine_tune': _fine_tune,
  'stills': _stills,
  'paper': _paper,
  'paper_learns': _paper_learns,
}
# CK+, and datasets that the paper doesn't use, have the defaults.
_PAPER_INPUT = {
  'oulu_casia': {'frames': 22},
  'mmi': {'frames': 22, 'frame_rate': 10.0},
}
