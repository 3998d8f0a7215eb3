"""All fields, with their meaning and defaults; the other launch files override them.

The command line overrides both: --config.training.batch_size=16. A recipe after the
colon (launch/recipes.py) replaces the training or the network: launch/mmi.py:paper.
"""

from ml_collections import ConfigDict

LAYERS = 'C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-C(3,64)-P2-C(3,64)-S'


def get_config() -> ConfigDict:
  """Returns all defaults, locked: no other field can be set."""
  config = ConfigDict()

  config.dataset = ConfigDict()
  config.dataset.name = ''  # a folder of datasets/
  config.dataset.builder_config = ''  # '': the builder's first
  # The frame that the static floor sees: 'last' or 'most_changed'.
  config.dataset.strongest_frame = 'last'
  # Adds a class `neutral`: the first frames of each clip, up to this share, played back
  # and forth for the length of the clip. 0: no such class.
  config.dataset.neutral_share = 0.0
  # Several sets in place of `name`, joined: ('ck_plus', 'clip_folder/mine'); after the
  # slash is the builder config. Subjects and clips are called ck_plus/S005 and so on.
  config.dataset.names = ()
  # Of joined sets: pairs of a class of theirs and the one in its place, as in
  # (('happy', 'happiness'), ('contempt', '')); '': left out. Others keep their names.
  config.dataset.classes = ()
  # Of joined sets: training shows each set, and each class of a set, equally often.
  config.dataset.balanced = False

  config.task = ConfigDict()
  config.task.kind = 'classification'  # of clips; or 'detection' of AUs in frames
  # Of 'classification': factor of the logarithm of a class's share of training clips,
  # which the loss adds to its logit, so that rare classes are learnt; 0: not added.
  config.task.logit_adjustment = 1.0
  config.task.aus = ()  # of 'detection': the action units' numbers
  # Of 'detection': 'balanced' weights the frames that show an AU so that in all they
  # count as much as the others; 'none'.
  config.task.positive_weight = 'none'

  config.input = _input()
  config.model = 'stc_nlstm'  # the section of this name is used, the others aren't
  for model in MODELS:
    config[model] = MODELS[model]()
  config.protocol = _protocol()

  config.training = ConfigDict()
  # (steps, learning rate). Scale the rate with one over the root of the width: with 16
  # filters it is twice as high. Scale it with the root of the batch size, too: for the
  # same number of clips, batches of 8 at 0.0008 were 1.7 points worse than batches of 2
  # at 0.0004 (benchmarks/RECIPE.md).
  config.training.stages = ((2000, 0.0002), (500, 0.00002))
  config.training.batch_size = 8  # clips, or labelled frames, of a step
  config.training.optimizer = 'adamw'  # or sgd
  config.training.momentum = 0.9  # decay of adamw's first moment, or sgd's momentum
  # adamw: multiplied by the rate (0.1 and 2 were no better); sgd: L2 in the loss.
  config.training.weight_decay = 1.0
  config.training.gradient_clip = 1.0  # largest global norm; 0: none
  # 'strong'; 'mild'; 'strong_but_true', which exaggerates no expression; 'paper', with
  # its 14 variants; 'none'.
  config.training.augment = 'strong'
  # A finished model whose weights training starts from: a bundle, or a run with one
  # model. Its network and input must be the same. Layers before the outputs are new,
  # unless the classes are the same.
  config.training.start_from = ''
  # Of a run that starts from a model: pixels are normalised by the run's own training
  # clips ('anew'), or as in that model's training ('loaded').
  config.training.start_normalisation = 'anew'
  # Factors of the rate for groups of parameters, as in (('trunk', 0.1), ('lstm', 1.0),
  # ('classifier', 1.0)); others have 1. 0: frozen; its running statistics still follow
  # the clips.
  config.training.rate_factors = ()

  # How a run is executed: no result depends on these fields.
  config.execution = ConfigDict()
  config.execution.data_dir = ''  # folder of prepared sets; '': TFDS's own
  # Where frames are kept: in the memory of each 'device'; on the 'host', which sends
  # those of a chunk of steps; 'auto': on the device, if they fill at most half.
  config.execution.placement = 'auto'
  config.execution.first_trials = 0  # stop after this number of trials; 0: all
  config.execution.trials_per_device = 1  # trials on a device at a time
  config.execution.devices_per_trial = 0  # fixed at the first start; 0: as many as fit
  config.execution.steps_per_chunk = 10  # steps of a compiled loop on the device
  config.execution.checkpoint_seconds = 60.0  # shortest time between checkpoints

  return config.lock()


def set_models(config: ConfigDict, **fields) -> None:
  """Sets fields in the section of every model that has them."""
  for model in MODELS:
    config[model].update({k: v for k, v in fields.items() if k in config[model]})


def _input() -> ConfigDict:
  section = ConfigDict()
  section.frames = 18  # at most: no more than the longest clip has
  section.height = 64
  section.width = 64
  section.frame_rate = 0.0  # clips are resampled to this rate in Hz; 0: not
  # How frames are chosen: 'uniform' over the clip; 'last' or 'most_changed', the
  # strongest of the clip; 'past', a labelled frame and those before it; 'centred', a
  # labelled frame and those around it.
  section.sampling = 'uniform'
  section.training_sampling = 'jittered'  # other frames each time; 'same': as in tests
  section.transforms = ('gray', 'local_contrast', 'frames_and_change')  # in this order
  section.views = ('original', 'mirrored')  # averaged in tests
  # A set may have clips of one frame, as databases of stills have. Training moves them,
  # in another way each time: by up to 2 degrees, 2 % of the size, a shift of 2.5 % of
  # the side and a warp as of talking; brightness and noise vary from frame to frame.
  # 2.0: twice as much; 0: not moved.
  section.still_motion = 0.0
  # The share of clips that training shows as stills: the frame that has changed most,
  # moved as stills are. 0: none.
  section.still_share = 0.0
  return section


def _protocol() -> ConfigDict:
  section = ConfigDict()
  # 'folds': cross-validation; 'given': subject lists of the set; 'fixed': splits of the
  # set; 'databases': tests each joined set, trains on the others; 'all': one model
  # trained on everything, for other videos.
  section.kind = 'folds'
  section.folds = 10  # of 'folds'
  section.repeats = 4  # each with its own seed; 'all' has one
  section.unit = 'subject'  # what a fold keeps whole: 'subject' or 'sequence'
  # Seeds all randomness of trials, and the folds. Folds by subject in the first repeat
  # depend on the subjects' names alone.
  section.seed = 0
  return section


def _network() -> ConfigDict:
  """The fields of every model with a 3D CNN; the paper specifies few of them."""
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
  section.pyramid_norm = True  # batch-normalise the inputs of T-LSTMs
  section.lstm_width = 128  # hidden units of every LSTM layer
  section.lstm_layers = 2  # of each T-LSTM and of the C-LSTM
  # The hidden state that is read: 'last', of the last frame of the clip; 'mean', over
  # the frames of the clip; 'last_padded', after the repeated frames of a short clip.
  section.lstm_readout = 'last'
  section.gate_bias = 1.0  # initial bias of input, forget and output gates
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
