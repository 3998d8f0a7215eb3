"""A finished model as a function: aligned frames in, probabilities out."""

import functools
import os
import pathlib
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, UInt8

from stc_jax.data.input import COLOURS, network_input
from stc_jax.errors import InputError
from stc_jax.faces.images import resize
from stc_jax.models.conv3d import compiler_options
from stc_jax.models.zoo import build
from stc_jax.predict import bundle as bundles
from stc_jax.predict.bundle import Bundle
from stc_jax.training.step import mean_probabilities
from stc_jax.training.tasks import task_of

# Frames that a model tells at a time.
_BATCH = 16


def load(path: str | os.PathLike) -> 'Model':
  """Opens a bundle, or a run: the models of all its finished trials together.

  Example:
    model = stc_jax.load('runs/mine')
    probabilities = model(frames, fps=25.0)
    print(dict(zip(model.names, probabilities)))

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
    names: of the probabilities: classes, or action units.
  """

  def __init__(self, bundles: list[Bundle]):
    self.bundles = bundles
    self.names = bundles[0].names

  def __call__(
    self, frames: np.ndarray, fps: float | None = None
  ) -> Float[np.ndarray, '*t n']:
    """Returns a probability for each of `names`; of action units, frame by frame.

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
    if size.per_frame:
      own = resize(frames, size.height, size.width)
      windows = size.frame_windows(np.arange(len(frames)), fps or 1.0)
      answers = [
        self._answers(own[windows[at : at + _BATCH]], size.frames, _BATCH)
        for at in range(0, len(windows), _BATCH)
      ]
      return np.concatenate(answers)
    numbers, real = size.window(frames, fps or 1.0)
    size.check_shown(real, 'frames')
    video = resize(frames[numbers], size.height, size.width)
    return self._answers(video[None], real, 1)[0]

  def _answers(
    self, videos: UInt8[np.ndarray, 'b t h w c'], real: int, most: int
  ) -> Float[np.ndarray, 'b n']:
    """The mean over the bundles; `most` videos at a time are one program's."""
    padding = ((0, most - len(videos)), *[(0, 0)] * 4)
    padded, lengths = np.pad(videos, padding), np.full(most, real, np.int32)
    answers = [self._probabilities(*own, padded, lengths) for own in self._on_device]
    return np.mean([np.asarray(answer)[: len(videos)] for answer in answers], axis=0)

  @functools.cached_property
  def _on_device(self) -> list[tuple]:
    """Variables and normalisation of each bundle."""
    return [jax.device_put((b.variables, b.normalisation)) for b in self.bundles]

  @functools.cached_property
  def _probabilities(self):
    function = function_of(self.bundles[0])
    return jax.jit(function, compiler_options=compiler_options())


def function_of(bundle: Bundle) -> Callable:
  """What JAX computes of a bundle, or of another of the same run.

  The function takes variables, normalisation, uint8 windows [b, t, h, w, 3] and how
  many frames of each are real, int32 [b]; it returns float32 probabilities [b, n], the
  mean over the input's views.
  """
  network = build(bundle.model, bundle.network, len(bundle.names))
  task = task_of(bundle.task)

  def probabilities(variables, normalisation, video, real):
    views = [
      network_input(view, real, normalisation, bundle.input)
      for view in bundle.input.seen(video.astype(jnp.float32))
    ]
    return mean_probabilities(task, network, variables, views)

  return probabilities


def _check(frames: np.ndarray) -> None:
  shape, dtype = np.shape(frames), getattr(frames, 'dtype', None)
  if len(shape) != 4 or shape[3] != COLOURS or dtype != np.uint8 or 0 in shape:
    raise InputError(
      f'frames: {dtype} {list(shape)} is no clip; give uint8 [t, h, w, 3], RGB, with '
      'one frame at least'
    )
