"""Every field there is, with its meaning; the other launch files override these.

A command line overrides both: --config.training.batch_size=16.
"""

from ml_collections import ConfigDict

PAPER = 'I(64,64,18)-C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-C(3,64)-P2-C(3,64)-FC18-S6'


def get_config() -> ConfigDict:
  """Returns all defaults, locked: a field that isn't here can't be set."""
  config = ConfigDict()

  config.dataset = ConfigDict()
  config.dataset.name = ''  # a folder of datasets/
  config.dataset.builder_config = ''  # '': the builder's first
  config.dataset.data_dir = ''  # '': TFDS's own, TFDS_DATA_DIR or ~/tensorflow_datasets
  config.dataset.frame_rate = 0.0  # resample clips to so many frames a second; 0: don't
  config.dataset.strongest_frame = 'last'  # what the static floor sees; 'most_changed'

  config.model = ConfigDict()
  config.model.name = 'stc_nlstm'  # or stc, stc_lstm, stc_slstm
  config.model.notation = PAPER  # I(height, width, frames) is the clips' size, too
  config.model.levels = (8, 4, 2)  # MSPP: n x n regions a level
  config.model.lstm_layers = 2  # of each T-LSTM and of the C-LSTM
  # The paper is silent on what follows.
  config.model.remove_appearance = True  # subtract each pixel's mean over the clip
  config.model.pyramid_norm = True  # batch-normalise what the T-LSTMs read
  config.model.activation = 'relu'  # or leaky_relu, elu, tanh
  config.model.activation_place = 'after_norm'  # or before_norm
  config.model.lstm_width = 128  # hidden units of every LSTM layer
  config.model.lstm_readout = 'last'  # which hidden state is read: 'last' or 'mean'
  config.model.gate_bias = 1.0  # first bias of the input, forget and output gates
  config.model.dropout = 0.0  # before the softmax layer
  config.model.norm_momentum = 0.9  # of batch normalisation's running statistics
  config.model.dtype = 'float32'  # of the computation: float32 or bfloat16

  config.protocol = ConfigDict()
  config.protocol.folds = 10
  config.protocol.repeats = 4
  config.protocol.unit = 'subject'  # what a fold keeps whole: 'subject' or 'sequence'
  config.protocol.seed = 0  # of folds and of every trial's randomness
  config.protocol.first_trials = 0  # stop after so many of folds * repeats; 0: all

  config.training = ConfigDict()
  config.training.stages = ((300, 0.001), (200, 0.0001))  # (steps, learning rate)
  config.training.batch_size = 32
  config.training.optimizer = 'adamw'  # or sgd
  config.training.momentum = 0.9  # adamw's first moment, or sgd's momentum
  config.training.weight_decay = 2.0  # adamw: times the rate; sgd: L2 in the loss
  config.training.gradient_clip = 1.0  # largest global norm; 0: none
  config.training.label_smoothing = 0.0
  config.training.augment = True  # the paper's 14 variants
  config.training.steps_per_chunk = 10  # steps between two looks at the host
  config.training.trials_per_device = 1  # trials a device holds at a time
  config.training.checkpoint_seconds = 60.0  # at least so long between checkpoints

  return config.lock()
