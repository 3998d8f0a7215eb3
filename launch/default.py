"""Every field there is, with its meaning; the other launch files override these.

A command line overrides both: --config.training.batch_size=16. A recipe behind the
launch file's name replaces how a network trains, or which: launch/mmi.py:paper.
"""

from ml_collections import ConfigDict

LAYERS = 'C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-C(3,64)-P2-C(3,64)-S'


def get_config() -> ConfigDict:
  """Returns all defaults, locked: a field that isn't here can't be set."""
  config = ConfigDict()

  config.dataset = ConfigDict()
  config.dataset.name = ''  # a folder of datasets/
  config.dataset.builder_config = ''  # '': the builder's first
  config.dataset.strongest_frame = 'last'  # what the static floor sees; 'most_changed'
  # A class `neutral`: each clip once more, of which only so much of its start is shown,
  # as long as the clip. 0: no such class.
  config.dataset.neutral_share = 0.0

  config.task = ConfigDict()
  config.task.kind = 'classification'  # of clips; 'detection': of each frame's AUs
  config.task.aus = ()  # of 'detection': the action units' numbers
  # Of 'detection': 'balanced', where frames that show an AU should count as much in all
  # as those that don't; 'none'.
  config.task.positive_weight = 'none'

  config.input = _input()
  config.model = 'stc_nlstm'  # the section of this name is used, the others are not
  for model in MODELS:
    config[model] = MODELS[model]()
  config.protocol = _protocol()

  config.training = ConfigDict()
  # (steps, learning rate). The rate goes with one over the root of the width: twice as
  # high at 16 filters.
  config.training.stages = ((2000, 0.0002), (500, 0.00002))
  config.training.batch_size = 8
  config.training.optimizer = 'adamw'  # or sgd
  config.training.momentum = 0.9  # adamw's first moment, or sgd's momentum
  config.training.weight_decay = 1.0  # adamw: times the rate; sgd: L2 in the loss
  config.training.gradient_clip = 1.0  # largest global norm; 0: none
  config.training.label_smoothing = 0.0
  # 'mild'; 'strong_but_true': no expression is made stronger; 'paper': its 14 variants;
  # 'none'.
  config.training.augment = 'strong'
  config.training.mixup = 0.3  # alpha: how much of another clip shines through; 0: none

  # How it is carried out: nothing here changes what a run finds.
  config.execution = ConfigDict()
  config.execution.data_dir = ''  # of prepared sets; '': TFDS's own
  # Where frames lie: in the memory of every 'device'; on the 'host', from where each
  # chunk's are sent; 'auto': on the device, if they fill at most half of its memory.
  config.execution.placement = 'auto'
  config.execution.first_trials = 0  # stop after so many of the protocol's; 0: all
  config.execution.trials_per_device = 1  # trials a device holds at a time
  config.execution.devices_per_trial = 0  # fixed at a run's first start; 0: all it can
  config.execution.steps_per_chunk = 10  # steps between two looks at the host
  config.execution.checkpoint_seconds = 60.0  # at least so long between checkpoints

  return config.lock()


def set_models(config: ConfigDict, **fields) -> None:
  """Sets fields in the section of every model that has them."""
  for model in MODELS:
    config[model].update({k: v for k, v in fields.items() if k in config[model]})


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
  config.input = _input()
  config.input.sampling = sampling
  config.input.transforms = ()
  config.input.training_sampling = 'same'
  config.input.views = ('original',)
  config.input.update(_PAPER_INPUT.get(config.dataset.name, {}))
  for model in MODELS:
    config[model] = MODELS[model]()
  notation = LAYERS.removesuffix('-S') + '-FC18-S'
  set_models(
    config,
    notation=notation,
    pyramid_norm=False,
    gate_bias=0.0,
    lstm_readout='last_padded',
    deep_supervision=False,
  )
  if config.task.kind == 'classification':
    config.protocol = _protocol()
  config.training.update(
    stages=((300, 0.0025), (200, 0.000025)),
    batch_size=32,
    optimizer='sgd',
    momentum=0.0,
    weight_decay=0.0015,
    gradient_clip=0.0,
    label_smoothing=0.0,
    augment='paper',
    mixup=0.0,
  )


def _paper_learns(config: ConfigDict) -> None:
  """The nearest reading of `:paper` that was found to learn (benchmarks/RECIPE.md).

  Momentum, small batches, and ten times the iterations; and where the paper is silent,
  gates that start open and pyramids that are normalised.
  """
  _paper(config)
  set_models(config, pyramid_norm=True, gate_bias=1.0)
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


def _input() -> ConfigDict:
  section = ConfigDict()
  section.frames = 18  # at most: never more than the longest clip has
  section.height = 64
  section.width = 64
  section.frame_rate = 0.0  # resample clips to so many frames a second; 0: don't
  # How a clip's frames are chosen. 'last', 'most_changed': its strongest. 'past' shows
  # each labelled frame and those before, 'centred' those around it.
  section.sampling = 'uniform'
  section.training_sampling = 'jittered'  # other frames each time; 'same': as tested
  section.transforms = ('gray', 'local_contrast', 'frames_and_change')  # in this order
  section.views = ('original', 'mirrored')  # averaged at test
  return section


def _protocol() -> ConfigDict:
  section = ConfigDict()
  # 'given': the set's own lists of subjects; 'fixed': its own splits; 'all': one model
  # on everything, for use on other videos.
  section.kind = 'folds'
  section.folds = 10  # of 'folds'
  section.repeats = 4  # with another seed; 'all' has one
  section.unit = 'subject'  # what a fold keeps whole: 'subject' or 'sequence'
  # Of every trial's randomness, and of folds, but for those of subjects in the first
  # repeat, which follow from their names alone.
  section.seed = 0
  return section


def _network() -> ConfigDict:
  """The fields of every model with a 3D CNN; on most of them the paper is silent."""
  section = ConfigDict()
  section.notation = LAYERS  # FCn before S: hidden layers before the softmax
  section.activation = 'relu'  # or leaky_relu, elu, tanh
  section.activation_place = 'after_norm'  # or before_norm
  section.norm_momentum = 0.9  # of batch normalisation's running statistics
  section.dropout = 0.0  # before the softmax layer
  section.dtype = 'float32'  # of the computation: float32 or bfloat16
  return section


def _recurrent() -> ConfigDict:
  """The fields of the models with LSTMs."""
  section = _network()
  section.levels = (8, 4, 2)  # MSPP: n x n regions a level
  section.pyramid_norm = True  # batch-normalise what the T-LSTMs read
  section.lstm_width = 128  # hidden units of every LSTM layer
  section.lstm_layers = 2  # of each T-LSTM and of the C-LSTM
  # Which hidden state is read: that of a clip's last own frame, 'mean' of those of its
  # own frames, or 'last_padded', where a short clip's last frame was repeated.
  section.lstm_readout = 'last'
  section.gate_bias = 1.0  # first bias of the input, forget and output gates
  return section


def _nested() -> ConfigDict:
  """The fields of STC-NLSTM."""
  section = _recurrent()
  section.deep_supervision = True  # a softmax layer on each T-LSTM, too
  return section


def _densenet() -> ConfigDict:
  """The fields of DenseNet-BC."""
  section = ConfigDict()
  section.growth = 12  # channels that each layer adds
  section.depth = 40  # convolutions and the softmax layer: 6 n + 4
  section.norm_momentum = 0.9  # of batch normalisation's running statistics
  section.dtype = 'float32'  # of the computation: float32 or bfloat16
  return section


# The section of each model.
MODELS = {
  'stc': _network,
  'stc_lstm': _recurrent,
  'stc_slstm': _recurrent,
  'stc_nlstm': _nested,
  'densenet': _densenet,
}
