"""The paper's methods, or STC-NLSTM at several depths, each run on the same trials.

python -m stc_jax.main --config=launch/study.py:ck_plus,methods
python -m stc_jax.main --config=launch/study.py:mmi,layers

These are tables 3 to 8 and figure 10 of Yu et al. 2018; `all` has both. Each run has a
folder below --workdir. The same command continues a study that was stopped, and ends
with a report. The launch file of the dataset comes first, then the study.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ml_collections import ConfigDict

from stc_jax.launch import (
  ck_plus,
  clip_folder,
  crema_d,
  default,
  mmi,
  oulu_casia,
  ravdess,
  recipes,
)

# Launch files whose examples are clips, and whose classes are expressions.
OF_CLIPS = {
  'ck_plus': ck_plus,
  'oulu_casia': oulu_casia,
  'mmi': mmi,
  'crema_d': crema_d,
  'ravdess': ravdess,
  'clip_folder': clip_folder,
}

DEPTHS = {
  1: 'C(3,64)-BN-P2-S',
  2: 'C(3,64)-BN-P2-C(3,64)-BN-P2-S',
  3: 'C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-S',
  4: 'C(3,64)-BN-P2-C(3,64)-BN-P2-C(3,64)-C(3,64)-P2-S',
  5: default.LAYERS,
  6: default.LAYERS.replace('-S', '-C(3,64)-S'),
  7: default.LAYERS.replace('-S', '-C(3,64)-C(3,64)-S'),
}


def get_config(which: str = '') -> ConfigDict:
  """Returns a launch file's configuration with a study: 'ck_plus,methods'.

  Raises:
    ValueError: there is no such launch file, or study.
  """
  name, _, study = which.partition(',')
  if name not in OF_CLIPS:
    known = ', '.join(OF_CLIPS)
    raise ValueError(f'no study of {name!r}; say launch/study.py:NAME,methods; {known}')
  return with_study(OF_CLIPS[name].get_config(), study)


def with_study(
  config: ConfigDict, which: str, depths: Sequence[int] = tuple(DEPTHS)
) -> ConfigDict:
  """Returns `config` with the runs of a study; a study of layers has `depths`.

  Raises:
    ValueError: there is no such study.
  """
  if which not in STUDIES:
    raise ValueError(f'no study {which!r}; known: {", ".join(STUDIES)}')
  with config.unlocked():
    config.study = tuple(STUDIES[which](config, depths).items())
  return config


def stills(sections: Mapping[str, Any]) -> dict:
  """The fields of DenseNet, which follow from those of the other methods."""
  config = recipes.with_recipe(ConfigDict(sections), 'stills')
  return {
    'model': 'densenet',
    'training': {field: config.training[field] for field in ('stages', 'batch_size')},
    'input': {field: config.input[field] for field in _OF_STILLS},
  }


def _methods(config: ConfigDict, depths: Sequence[int]) -> dict[str, Any]:
  del config, depths
  return {
    'STC': {'model': 'stc'},
    'STC-LSTM': {'model': 'stc_lstm'},
    'STC-SLSTM': {'model': 'stc_slstm'},
    'DenseNet': stills,
    'STC-NLSTM without deep supervision': {
      'model': 'stc_nlstm',
      'stc_nlstm': {'deep_supervision': False},
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


def _all(config: ConfigDict, depths: Sequence[int]) -> dict[str, Any]:
  """Both studies; STC-NLSTM is the one with five layers."""
  others = [depth for depth in depths if DEPTHS[depth] != default.LAYERS]
  return _methods(config, depths) | _layers(config, others)


_OF_STILLS = ('frames', 'sampling', 'training_sampling', 'transforms')
STUDIES = {'methods': _methods, 'layers': _layers, 'all': _all}
