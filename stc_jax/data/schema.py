"""The schema of a prepared set: what builders write and the loader reads."""

import numpy as np
import tensorflow_datasets as tfds

from stc_jax.data.input import COLOURS
from stc_jax.errors import InputError


def check(builder: tfds.core.DatasetBuilder) -> None:
  """Checks that the examples of a set are prepared clips (BUILD.md, Contracts).

  Raises:
    InputError: a feature is missing, or of another kind.
  """
  features = builder.info.features
  is_coded = 'aus' in features and 'label' not in features
  for name, (is_right, wanted) in (
    _FEATURES | (_CODED if is_coded else _LABEL)
  ).items():
    if name not in features:
      raise InputError(
        f'{builder.info.full_name}: no feature {name!r}; it must be {wanted}'
      )
    if not is_right(features[name]):
      raise InputError(
        f'{builder.info.full_name}: feature {name!r} is {features[name]}; it must be '
        f'{wanted}'
      )

  if is_coded:
    _check_columns(builder)


def _check_columns(builder: tfds.core.DatasetBuilder) -> None:
  """Checks that the metadata name the action unit of each column of `aus`."""
  numbers = (builder.info.metadata or {}).get('au_numbers', ())
  width = builder.info.features['aus'].shape[1]
  if len(numbers) != width or len(set(numbers)) != width:
    raise InputError(
      f'{builder.info.full_name}: its metadata must have au_numbers, one for each of '
      f'the {width} columns of aus'
    )


def _is_video(feature) -> bool:
  shape = feature.shape
  is_colour = len(shape) == 4 and shape[0] is None and shape[3] == COLOURS
  return is_colour and None not in shape[1:] and feature.np_dtype == np.uint8


def _is_coding(feature) -> bool:
  return len(feature.shape) == 2 and feature.np_dtype == np.int8


def _is_numbers(feature) -> bool:
  return feature.shape == (None,) and feature.np_dtype == np.int32


def _is_text(feature) -> bool:
  return isinstance(feature, tfds.features.Text)


_FEATURES = {
  'frames': (_is_video, 'Tensor uint8 [None, h, w, 3]'),
  'subject': (_is_text, 'Text'),
  'clip': (_is_text, 'Text'),
  'fps': (lambda f: f.shape == () and f.np_dtype == np.float32, 'Scalar float32'),
}
# The label of a clip, or the codes of its frames.
_LABEL = {'label': (lambda f: isinstance(f, tfds.features.ClassLabel), 'a ClassLabel')}
_CODED = {
  'aus': (_is_coding, 'Tensor int8 [None, n]'),
  'frame_numbers': (_is_numbers, 'Tensor int32 [None]'),
}
