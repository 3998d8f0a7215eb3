"""A finished model as a function: aligned frames in, probabilities out."""

import functools
import os
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from stc_jax.data.input import COLOURS, network_input
from stc_jax.errors import InputError
from stc_jax.faces.images import resize
from stc_jax.models.zoo import build
from stc_jax.predict import bundle as bundles
from stc_jax.predict.bundle import Bundle
from stc_jax.training.step import mean_probabilities
from stc_jax.training.tasks import Classification


def load(path: str | os.PathLike) -> 'Model':
  """Opens a bundle, or a run: the models of all its finished trials together.

  Example:
    model = stc_jax.load('runs/mine')
    probabilities = model(frames, fps=25.0)
    label = model.classes[probabilities.argmax()]

  Args:
    path: the folder of a run, or one of those in its `models`.

  Raises:
    InputError: there is no model, or it is damaged.
  """
  folder = pathlib.Path(path)
  if bundles.is_bundle(folder):
    return Model([bundles.load(folder)])
  found = [f for f in sorted((folder / 'models').glob('[!.]*')) if bundles.is_bundle(f)]
  if not found:
    raise InputError(f'{folder}: no model there; name a bundle, or a finished run')
  return Model([bundles.load(one) for one in found])


class Model:
  """Bundles of one run, whose probabilities are averaged.

  Attributes:
    bundles: what it was made from.
    classes: the names of the probabilities.
  """

  def __init__(self, bundles: list[Bundle]):
    self.bundles = bundles
    self.classes = bundles[0].classes

  def __call__(
    self, frames: np.ndarray, fps: float | None = None
  ) -> Float[np.ndarray, 'n']:
    """Returns a probability for each of `classes`.

    Args:
      frames: of one clip, uint8 [t, h, w, 3], RGB; the face cut out as
        `bundles[0].alignment` says.
      fps: frames a second; only a model that resamples clips needs it.

    Raises:
      InputError: `frames` are no clip, or a still where the model looks at change
        alone; or no `fps` where the model needs it.
    """
    size = self.bundles[0].input
    _check(frames)
    if fps is not None and not fps > 0:
      raise InputError(f'fps: {fps} must be above 0')
    if size.frame_rate and fps is None:
      raise InputError(
        f'fps: missing; the model reads {size.frame_rate} frames a second'
      )
    numbers, real = size.window(len(frames), fps or 1.0)
    size.check_shown(real, 'frames')
    video = resize(frames[numbers], size.height, size.width)
    answers = [
      self._probabilities(
        bundle.variables, bundle.normalisation, video[None], np.int32(real)
      )
      for bundle in self.bundles
    ]
    return np.mean([np.asarray(answer)[0] for answer in answers], axis=0)

  @functools.cached_property
  def _probabilities(self):
    first = self.bundles[0]
    network = build(first.model, first.network, len(first.classes))
    task = Classification(label_smoothing=0.0)

    def probabilities(variables, normalisation, video, real):
      views = [
        network_input(view, real[None], normalisation, first.input)
        for view in first.input.seen(video.astype(jnp.float32))
      ]
      return mean_probabilities(task, network, variables, views)

    return jax.jit(probabilities)


def _check(frames: np.ndarray) -> None:
  shape, dtype = np.shape(frames), getattr(frames, 'dtype', None)
  if len(shape) != 4 or shape[3] != COLOURS or dtype != np.uint8 or 0 in shape:
    raise InputError(
      f'frames: {dtype} {list(shape)} is no clip; give uint8 [t, h, w, 3], RGB, with '
      'one frame at least'
    )
