"""The paper's methods on the same trials, or STC-NLSTM by its depth: one run each.

python -m stc_jax.main --config=launch/study.py:methods --config.dataset.name=ck_plus
python -m stc_jax.main --config=launch/study.py:layers --config.dataset.name=ck_plus

Tables 3 to 8 and figure 10 of Yu et al. 2018; `:all` has both. Every run is an ordinary
one, in a folder of its own below --workdir; the same command goes on where it was
stopped, and ends with a report.
"""

from collections.abc import Sequence

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


def with_study(
  config: ConfigDict, which: str, depths: Sequence[int] = tuple(DEPTHS)
) -> ConfigDict:
  """Returns `config` with the runs of a study; of layers, those of `depths`.

  Raises:
    ValueError: there is no such study.
  """
  if which not in STUDIES:
    raise ValueError(f'no study {which!r}; known: {", ".join(STUDIES)}')
  with config.unlocked():
    config.study = tuple(STUDIES[which](config, depths).items())
  return config


def _methods(config: ConfigDict, depths: Sequence[int]) -> dict[str, dict]:
  del depths
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


def _layers(config: ConfigDict, depths: Sequence[int]) -> dict[str, dict]:
  filters = config.stc_nlstm.notation.split('-')[0]
  return {
    f'{depth} layers': {
      'model': 'stc_nlstm',
      'stc_nlstm': {'notation': DEPTHS[depth].replace('C(3,64)', filters)},
    }
    for depth in depths
  }


def _all(config: ConfigDict, depths: Sequence[int]) -> dict[str, dict]:
  """Both; the method itself is the one of five layers."""
  others = [depth for depth in depths if DEPTHS[depth] != default.LAYERS]
  return _methods(config, depths) | _layers(config, others)


_OF_STILLS = ('frames', 'sampling', 'training_sampling', 'transforms')
STUDIES = {'methods': _methods, 'layers': _layers, 'all': _all}
