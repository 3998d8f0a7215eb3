"""A finished model as a function: aligned frames in, probabilities out."""

import functools
import os
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, UInt8

from stc_jax.data.input import network_input
from stc_jax.errors import InputError
from stc_jax.faces.clips import resize
from stc_jax.models.registry import build
from stc_jax.predict import bundle as bundles
from stc_jax.predict.bundle import Bundle


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
    self, frames: UInt8[np.ndarray, 't h w 3'], fps: float | None = None
  ) -> Float[np.ndarray, 'n']:
    """Returns a probability for each of `classes`.

    Args:
      frames: of one clip, RGB, the face cut out as `bundles[0].alignment` says.
      fps: frames a second; only a model that resamples clips needs it.

    Raises:
      InputError: no frame, or no `fps` where the model needs it.
    """
    size = self.bundles[0].input
    if not len(frames):
      raise InputError('frames: there are none; a clip needs at least one')
    if size.frame_rate and not fps:
      raise InputError(
        f'fps: missing; the model reads {size.frame_rate} frames a second'
      )
    numbers, real = size.window(len(frames), fps or 1.0)
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

    def probabilities(variables, normalisation, video, real):
      looks = [
        jax.nn.softmax(
          network.apply(
            variables,
            network_input(view, real[None], normalisation, first.input),
            train=False,
          )
        )
        for view in first.input.seen(video.astype(jnp.float32))
      ]
      return sum(looks) / len(looks)

    return jax.jit(probabilities)
