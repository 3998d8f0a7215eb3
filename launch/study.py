"""The paper's methods on the same trials, or STC-NLSTM by its depth: one run each.

python -m stc_jax.main --config=launch/study.py:methods --config.dataset.name=ck_plus
python -m stc_jax.main --config=launch/study.py:layers --config.dataset.name=ck_plus

Tables 3 to 8 and figure 10 of Yu et al. 2018. Every run is an ordinary one, in a folder
of its own below --workdir; the same command goes on where it was stopped.
"""

from ml_collections import ConfigDict

from launch import default

DEPTHS = {
  1: 'C(3,64)-BN-P2-S',
  2: 'C(3,64)-BN-P2-C(3,64)-BN-P2-S',
  3: 'C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-S',
  4: 'C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-C(3,64)-P2-S',
  5: default.LAYERS,
  6: default.LAYERS.replace('-S', '-C(3,64)-S'),
  7: default.LAYERS.replace('-S', '-C(3,64)-C(3,64)-S'),
}


def get_config(which: str = 'methods') -> ConfigDict:
  """Returns the paper's size; the dataset is left to be set."""
  return with_study(default.get_config(), which)


def with_study(config: ConfigDict, which: str) -> ConfigDict:
  """Returns `config` with the runs of a study.

  Raises:
    ValueError: there is no such study.
  """
  if which not in STUDIES:
    raise ValueError(f'no study {which!r}; known: {", ".join(STUDIES)}')
  with config.unlocked():
    config.study = tuple(STUDIES[which](config).items())
  return config


def _methods(config: ConfigDict) -> dict[str, dict]:
  stills = default.with_recipe(config.copy_and_resolve_references(), 'stills')
  return {
    'STC': {'model': 'stc'},
    'STC-LSTM': {'model': 'stc_lstm'},
    'STC-SLSTM': {'model': 'stc_slstm'},
    'DenseNet': {
      'model': 'densenet',
      'training': {'stages': stills.training.stages},
      'input': {field: stills.input[field] for field in _OF_STILLS},
    },
    'STC-NLSTM': {'model': 'stc_nlstm'},
  }


def _layers(config: ConfigDict) -> dict[str, dict]:
  filters = config.stc_nlstm.notation.split('-')[0]
  return {
    f'{depth} layers': {
      'model': 'stc_nlstm',
      'stc_nlstm': {'notation': notation.replace('C(3,64)', filters)},
    }
    for depth, notation in DEPTHS.items()
  }


_OF_STILLS = ('frames', 'sampling', 'training_sampling', 'transforms')
STUDIES = {'methods': _methods, 'layers': _layers}
