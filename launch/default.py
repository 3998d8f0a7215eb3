"""Every field there is, with its meaning; the other launch files override these.

A command line overrides both: --config.training.batch_size=16. A recipe behind the
launch file's name (launch/recipes.py) replaces how a network trains, or which:
launch/mmi.py:paper.
"""

from ml_collections import ConfigDict

LAYERS = 'C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-C(3,64)-P2-C(3,64)-S'


def get_config() -> ConfigDict:
  """Returns all defaults, locked: a field that isn't here can't be set."""
  config = ConfigDict()

  config.dataset = ConfigDict()
  config.dataset.name = ''  # a folder of datasets/
  config.dataset.builder_config = ''  # '': the builder's first
  # 'last' or 'most_changed': what the static floor sees
  config.dataset.strongest_frame = 'last'
  # A class `neutral`: each clip once more, of which only so much of its start is shown,
  # played back and forth for as long as the clip. 0: no such class.
  config.dataset.neutral_share = 0.0

  config.task = ConfigDict()
  config.task.kind = 'classification'  # of clips; 'detection': of each frame's AUs
  # Of 'classification': how often the logarithm of a class's share of training clips is
  # added to its logit in the loss, for rare classes to be learnt as well; 0: plain.
  config.task.logit_adjustment = 1.0
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
  # high at 16 filters. With the root of the batch, too, where that was tried: within as
  # many clips 8 at 0.0008 lose 1.7 points against 2 at 0.0004 (benchmarks/RECIPE.md).
  config.training.stages = ((2000, 0.0002), (500, 0.00002))
  config.training.batch_size = 8
  config.training.optimizer = 'adamw'  # or sgd
  config.training.momentum = 0.9  # adamw's first moment, or sgd's momentum
  # adamw: times the rate, of which 0.1 and 2 were no better; sgd: L2 in the loss.
  config.training.weight_decay = 1.0
  config.training.gradient_clip = 1.0  # largest global norm; 0: none
  # 'mild'; 'strong_but_true': no expression is made stronger; 'paper': its 14 variants;
  # 'none'.
  config.training.augment = 'strong'

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
