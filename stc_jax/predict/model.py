"""A finished model as a function: aligned frames in, probabilities out."""

import functools
import os
import pathlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import jax
import numpy as np
from jaxtyping import Float, Int, UInt8

from stc_jax import late
from stc_jax.bundle import bundle_folder
from stc_jax.bundle.bundle import Bundle, check_alike
from stc_jax.errors import InputError
from stc_jax.faces.images import resize
from stc_jax.models.conv.conv3d import compiler_options
from stc_jax.predict import pipeline, sources
from stc_jax.predict.bundle_function import function_of
from stc_jax.predict.options import PredictOptions
from stc_jax.predict.pipeline import BATCH
from stc_jax.predict.prediction import Prediction
from stc_jax.predict.sources import Source
from stc_jax.run_folder import layout


def load(path: str | os.PathLike) -> 'Model':
  """Opens a bundle, or a run, of which the models of all finished trials are averaged.

  Example::

    model = stc_jax.load('runs/mine')
    probabilities = model(frames, fps=25.0)
    print(dict(zip(model.names, probabilities)))

  Args:
    path: a run's folder, or one in its `models`; or hf://user/model (extra `hub`).

  Raises:
    InputError: there is no model, a model is damaged, or they aren't of one run.
  """
  folder = pathlib.Path(path)
  if str(path).startswith('hf://'):
    hub = late.load_with_extra(
      'stc_jax.predict.hub', str(path), 'hub', ('huggingface_hub', 'httpx2')
    )
    folder = hub.download(str(path))
  if bundle_folder.is_bundle(folder):
    return Model([bundle_folder.load(folder)])
  found = layout.models(folder)
  if not found:
    raise InputError(f'{folder}: no model there; name a bundle, or a finished run')
  loaded = {str(one): bundle_folder.load(one) for one in found}
  check_alike(loaded)
  return Model(list(loaded.values()))


class Model:
  """The models of one run, whose probabilities are averaged.

  Attributes:
    bundles: the models.
    names: of the outputs, classes or action units.
  """

  def __init__(self, bundles: list[Bundle]):
    self.bundles = bundles
    self.names = bundles[0].names
    self._compiling = threading.Lock()  # videos may be predicted side by side

  @property
  def description(self) -> str:
    """A line on the model and its training set."""
    first, count = self.bundles[0], len(self.bundles)
    models = f'{count} models averaged' if count > 1 else 'one model'
    dataset = first.provenance['dataset']['name']
    return f'{first.model}, {models}, trained on {dataset}'

  def __call__(
    self, frames: np.ndarray | jax.Array, fps: float | None = None
  ) -> Float[np.ndarray, '*t n']:
    """Returns a probability for each of `names`; for action units, of each frame.

    Args:
      frames: of one clip, an array of NumPy or JAX, uint8 [t, h, w, 3], RGB, with the
        face aligned as `bundles[0].alignment` says.
      fps: frames a second; only a model that resamples clips needs it.

    Raises:
      InputError: `frames` are no clip, or a still that the model can't predict, since
        it sees changes alone; or `fps` is missing.
    """
    config = self.bundles[0].input
    frames = sources.on_host(frames)
    if fps is not None:
      sources.check_rate('fps', fps)
    if config.frame_rate and fps is None:
      raise InputError(
        f'fps: missing; the model reads {config.frame_rate} frames a second'
      )
    if config.per_frame:
      own = resize(frames, config.height, config.width)
      windows = config.frame_windows(np.arange(len(frames)), fps or 1.0)
      lengths = np.full(BATCH, config.frames, np.int32)
      parts = [windows[at : at + BATCH] for at in range(0, len(windows), BATCH)]
      return np.concatenate(
        [self.predict_windows(own[p], lengths[: len(p)]) for p in parts]
      )
    numbers, length = config.window(frames, fps or 1.0)
    config.check_shown(length, 'frames')
    video = resize(frames[numbers], config.height, config.width)
    return self._mean(video[None], np.array([length], np.int32))[0]

  def predict(
    self,
    source: str | os.PathLike | np.ndarray | jax.Array | list,
    faces: str = 'largest',
    *,
    align: str = '',
    seconds: float | None = None,
    step: float | None = None,
    one_clip: bool = False,
    min_motion: float | None = None,
    fps: float | None = None,
    on_frame: Callable[[], None] = lambda: None,
  ) -> Prediction | list[Prediction]:
    """Predicts a video: probabilities and a label for each frame and face.

    Example::

      model = stc_jax.load('runs/mine')
      answer = model.predict('video.mp4')
      print(answer.label)
      answer.plot().savefig('video.png')

    Windows of the training clips' length slide over each face. The probabilities of a
    frame are the means over the windows that contain it.

    Args:
      source: a video or an image, a folder of images, or frames uint8 [t, h, w, 3],
        RGB. A list of these gives a list.
      faces: 'largest' at any time, or 'all'.
      align: 'mtcnn' finds faces and aligns them by their eyes, 'none' takes whole
        frames for faces, '' does as for the model's training clips.
      seconds: of a window; None is the median of the training clips.
      step: seconds from one window to the next; None is a quarter of a window.
      one_clip: takes each shot of a video as one expression.
      min_motion: windows with less motion get no label (levels of 0..255); for None see
        `PredictOptions`.
      fps: frames a second of frames and images; a video has its own.
      on_frame: called for every frame that is read.

    Raises:
      InputError: no frame can be read, or an option doesn't fit source or model.
    """
    options = PredictOptions(faces, align, seconds, step, one_clip, min_motion)
    several = source if isinstance(source, list) else [source]
    found = [
      self.predict_source(sources.of(one, fps), options, on_frame) for one in several
    ]
    return found if isinstance(source, list) else found[0]

  def predict_source(
    self, source: Source, options: PredictOptions, on_frame: Callable[[], None]
  ) -> Prediction:
    """Predicts an opened source; see `pipeline.predict_video`."""
    with ThreadPoolExecutor(1) as pool:
      compiling = pool.submit(self._compile)

      def predict(videos, lengths):
        compiling.result()
        return self.predict_windows(videos, lengths)

      return pipeline.predict_video(self.bundles[0], predict, source, options, on_frame)

  def _compile(self) -> None:
    """Compiles once, however many threads ask."""
    with self._compiling:
      assert self._is_compiled

  @functools.cached_property
  def _is_compiled(self) -> bool:
    """True, once the program for windows is compiled, beside the first faces."""
    size = self.bundles[0].input
    shape = (1, size.frames, size.height, size.width, 3)
    self.predict_windows(np.zeros(shape, np.uint8), np.ones(1, np.int32))
    return True

  def predict_windows(
    self, videos: UInt8[np.ndarray, 'b t h w c'], lengths: Int[np.ndarray, 'b']
  ) -> Float[np.ndarray, 'b n']:
    """Returns the probabilities of up to `BATCH` windows.

    Args:
      videos: the windows, at the size of the model's input.
      lengths: the number of real frames in each; the others repeat the last.
    """
    padding = BATCH - len(videos)  # to one compiled shape
    padded = np.pad(videos, ((0, padding), *[(0, 0)] * 4))
    padded_lengths = np.pad(lengths, (0, padding), constant_values=1)
    return self._mean(padded, padded_lengths)[: len(videos)]

  def _mean(
    self, videos: UInt8[np.ndarray, 'b t h w c'], lengths: Int[np.ndarray, 'b']
  ) -> Float[np.ndarray, 'b n']:
    """The mean of the models' probabilities."""
    each = [self._probabilities(*own, videos, lengths) for own in self._on_device]
    return np.mean([np.asarray(own) for own in each], axis=0)

  @functools.cached_property
  def _on_device(self) -> list[tuple]:
    """Variables and normalisation of each model."""
    return [jax.device_put((b.variables, b.normalisation)) for b in self.bundles]

  @functools.cached_property
  def _probabilities(self):
    function = function_of(self.bundles[0])
    return jax.jit(function, compiler_options=compiler_options())
