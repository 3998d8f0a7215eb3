"""A finished model as a function: aligned frames in, probabilities out."""

import functools
import os
import pathlib
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int, UInt8

from stc_jax.bundle import bundle_folder
from stc_jax.bundle.bundle import Bundle, check_alike
from stc_jax.data.input import network_input
from stc_jax.errors import InputError
from stc_jax.faces.images import resize
from stc_jax.models.conv.conv3d import compiler_options
from stc_jax.models.registry import build
from stc_jax.predict import answering, sources
from stc_jax.predict.answering import Asked
from stc_jax.predict.prediction import Prediction
from stc_jax.predict.sliding import BATCH
from stc_jax.predict.sources import Source
from stc_jax.run_folder import layout
from stc_jax.tasks.registry import task_of
from stc_jax.training.step import mean_probabilities


def load(path: str | os.PathLike) -> 'Model':
  """Opens a bundle, or a run: the models of all its finished trials together.

  Example:
    model = stc_jax.load('runs/mine')
    probabilities = model(frames, fps=25.0)
    print(dict(zip(model.names, probabilities)))

  Args:
    path: the folder of a run, or one of those in its `models`.

  Raises:
    InputError: there is no model, it is damaged, or the models aren't of one run.
  """
  folder = pathlib.Path(path)
  if bundle_folder.is_bundle(folder):
    return Model([bundle_folder.load(folder)])
  found = layout.models(folder)
  if not found:
    raise InputError(f'{folder}: no model there; name a bundle, or a finished run')
  loaded = {str(one): bundle_folder.load(one) for one in found}
  check_alike(loaded)
  return Model(list(loaded.values()))


class Model:
  """Bundles of one run, whose probabilities are averaged.

  Attributes:
    bundles: what it was made from.
    names: of the probabilities: classes, or action units.
  """

  def __init__(self, bundles: list[Bundle]):
    self.bundles = bundles
    self.names = bundles[0].names

  @property
  def about(self) -> str:
    """A line on what it is."""
    first, count = self.bundles[0], len(self.bundles)
    models = f'{count} models averaged' if count > 1 else 'one model'
    dataset = first.provenance['dataset']['name']
    return f'{first.model}, {models}, trained on {dataset}'

  def __call__(
    self, frames: np.ndarray | jax.Array, fps: float | None = None
  ) -> Float[np.ndarray, '*t n']:
    """Returns a probability for each of `names`; of action units, frame by frame.

    Args:
      frames: of one clip, an array of NumPy or JAX, uint8 [t, h, w, 3], RGB; the
        face cut out as `bundles[0].alignment` says.
      fps: frames a second; only a model that resamples clips needs it.

    Raises:
      InputError: `frames` are no clip, or a still where the model looks at change
        alone; or no `fps` where the model needs it.
    """
    size = self.bundles[0].input
    frames = sources.on_host(frames)
    if fps is not None:
      sources.check_rate('fps', fps)
    if size.frame_rate and fps is None:
      raise InputError(
        f'fps: missing; the model reads {size.frame_rate} frames a second'
      )
    if size.per_frame:
      own = resize(frames, size.height, size.width)
      windows = size.frame_windows(np.arange(len(frames)), fps or 1.0)
      real = np.full(BATCH, size.frames, np.int32)
      parts = [windows[at : at + BATCH] for at in range(0, len(windows), BATCH)]
      return np.concatenate([self._ask(own[p], real[: len(p)]) for p in parts])
    numbers, real = size.window(frames, fps or 1.0)
    size.check_shown(real, 'frames')
    video = resize(frames[numbers], size.height, size.width)
    return self._answers(video[None], np.array([real], np.int32))[0]

  def predict(
    self,
    source: str | os.PathLike | np.ndarray | jax.Array,
    faces: str = 'largest',
    *,
    align: str = '',
    seconds: float | None = None,
    step: float | None = None,
    one_clip: bool = False,
    min_motion: float | None = None,
    fps: float | None = None,
    on_frame: Callable[[], None] = lambda: None,
  ) -> Prediction:
    """Says what the model sees in a video, frame by frame and face by face.

    Example:
      model = stc_jax.load('runs/mine')
      answer = model.predict('video.mp4')
      print(answer.label)
      answer.plot().savefig('video.png')

    Windows of the training clips' length slide over each face; a frame's answer is the
    mean over those that show it.

    Args:
      source: a video or an image, a folder of images, or frames uint8 [t, h, w, 3],
        RGB.
      faces: 'largest' at any time, or 'all'.
      align: 'mtcnn' finds faces and cuts them out by their eyes, 'none' takes whole
        frames for faces; '': as the model's training clips were prepared.
      seconds: of a window; None: the median of the training clips.
      step: seconds from one window to the next; None: a quarter of a window.
      one_clip: takes the whole video as one expression.
      min_motion: windows that move less have no answer (levels of 0..255); None: see
        `Asked`.
      fps: frames a second of frames and images; a video has its own.
      on_frame: called for every frame read.

    Raises:
      InputError: no frame can be read, or a choice doesn't go with the source.
    """
    asked = Asked(faces, align, seconds, step, one_clip, min_motion)
    if isinstance(source, str | os.PathLike):
      opened = sources.of_path(pathlib.Path(source), fps)
    else:
      opened = sources.of_frames(source, fps)
    return self.answer(opened, asked, on_frame)

  def answer(
    self, source: Source, asked: Asked, on_frame: Callable[[], None]
  ) -> Prediction:
    """What `predict` does, of an opened source; see `answering.answer`."""
    return answering.answer(self.bundles[0], self._ask, source, asked, on_frame)

  def _ask(
    self, videos: UInt8[np.ndarray, 'b t h w c'], real: Int[np.ndarray, 'b']
  ) -> Float[np.ndarray, 'b n']:
    """Of up to `BATCH` videos, which are one program's."""
    padding = BATCH - len(videos)
    padded = np.pad(videos, ((0, padding), *[(0, 0)] * 4))
    lengths = np.pad(real, (0, padding), constant_values=1)
    return self._answers(padded, lengths)[: len(videos)]

  def _answers(
    self, videos: UInt8[np.ndarray, 'b t h w c'], real: Int[np.ndarray, 'b']
  ) -> Float[np.ndarray, 'b n']:
    """The mean over the bundles."""
    answers = [self._probabilities(*own, videos, real) for own in self._on_device]
    return np.mean([np.asarray(answer) for answer in answers], axis=0)

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
