"""Measures what a model with the class `neutral` predicts for unseen people.

    python -m stc_jax.main --config=launch/synthetic.py --workdir=RUN \
      --config.dataset.builder_config=neutral_to_apex_tuning \
      --config.protocol.kind=all --config.dataset.neutral_share=0.2 \
      --config.training.stages='((20000,0.0004),(5000,0.00004))'
    python -m benchmarks.neutral --model=RUN

The people are rendered with a seed that no set has. Each rests for 1.5 s, blinks, and
is filmed at several rates; shows six expressions, each predicted as one clip; and is
seen in still pictures with new noise in each frame, at rest and at an apex. All but the
expressions are predicted by windows, as `predict` does. For a model without the class,
only the accuracy on expressions is printed.
"""

import concurrent.futures
import functools

import numpy as np
from absl import flags
from jaxtyping import UInt8

from stc_jax import machine
from stc_jax.cli import command_line
from stc_jax.data.clip_set import NEUTRAL
from stc_jax.datasets.synthetic_faces import action_units, clips
from stc_jax.predict import model as models
from stc_jax.predict.model import Model

_MODEL = flags.DEFINE_string('model', None, 'A run, or a bundle.', required=True)
_PEOPLE = flags.DEFINE_integer('people', 48, 'Number of people.')
_SEED = flags.DEFINE_integer('seed', 7, 'Of the people; no set has 7 to 99.')
_RATES = flags.DEFINE_list('rates', ['12', '25'], 'Frame rates of people at rest.')

_SECONDS = 1.5
_NOISE = 3.0  # deviation in still pictures, in levels of 0..255
_STILL_FPS = 25.0

Frames = UInt8[np.ndarray, 't h w 3']


def at_rest(person: int, fps: float) -> Frames:
  """A person at rest, filmed at real speed."""
  count = round(_SECONDS * fps)
  made = clips.make_clip(
    _SEED.value, person, 'anger', 9, lengths=(count, count), fps=fps, rests=True
  )
  return made.frames


def expressed(person: int, emotion: str) -> Frames:
  """From rest to an apex, as in training sets, at 12 frames a second."""
  return clips.make_clip(_SEED.value, person, emotion, 1).frames


def still(picture: UInt8[np.ndarray, 'h w 3'], seed: int) -> Frames:
  """A still picture, filmed for 1.5 s, with new noise in each frame."""
  shape = (round(_SECONDS * _STILL_FPS), *picture.shape)
  noise = _NOISE * np.random.default_rng(seed).standard_normal(shape, np.float32)
  return np.clip(picture + noise + 0.5, 0, 255).astype(np.uint8)


def said(model: Model, videos: list[Frames], fps: float) -> np.ndarray:
  """The predicted label of each video."""
  told = functools.partial(model.predict, align='none', fps=fps)
  return np.array([told(video).label for video in videos])


def main() -> None:
  """Prints a row for each kind of video."""
  model = models.load(_MODEL.value)
  people = range(1, _PEOPLE.value + 1)
  print('| shown | videos | neutral | right |\n|---|---|---|---|')

  def row(name: str, found: np.ndarray, truth: np.ndarray | None = None) -> None:
    right = '' if truth is None else f'{(found == truth).mean():.1%}'
    neutral = f'{(found == NEUTRAL).mean():.1%}'
    print(f'| {name} | {len(found)} | {neutral} | {right} |', flush=True)

  with concurrent.futures.ThreadPoolExecutor(machine.cores()) as pool:
    for fps in map(float, _RATES.value) if NEUTRAL in model.names else ():
      resting = list(pool.map(functools.partial(at_rest, fps=fps), people))
      row(f'at rest, {fps:g} frames a second', said(model, resting, fps))
    emotions = np.tile(action_units.EMOTIONS, len(people))
    shown = list(pool.map(expressed, np.repeat(people, 6).tolist(), emotions.tolist()))
  whole = np.array(model.names)[[model(frames).argmax() for frames in shown]]
  row('expressions', whole, emotions)
  if NEUTRAL in model.names:
    for name, place in (('at rest', 0), ('at an apex', -1)):
      # Of each person another emotion.
      stills = [still(frames[place], seed) for seed, frames in enumerate(shown[::7])]
      truth = emotions[::7] if place else None
      row(f'stills {name}', said(model, stills, _STILL_FPS), truth)


if __name__ == '__main__':
  command_line.run(main)
