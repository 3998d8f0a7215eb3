"""A model that predicts brightness, for tests without a trained one; and faces."""

import dataclasses

import clip_sets
import numpy as np

from stc_jax.bundle.bundle import Bundle
from stc_jax.data.input import Normalisation
from stc_jax.faces.detect import Face
from stc_jax.predict.model import Model
from stc_jax.tasks.registry import TaskConfig, task_of

CLIP = dataclasses.replace(clip_sets.INPUT, transforms=())
CLASSES = task_of(TaskConfig('classification', (), 0.0, 'none'))


def bundle(size=CLIP, names=('dark', 'bright'), **fields):
  """A bundle of training clips of 0.4 s, whose least moved by 3 levels."""
  kind, aus = ('detection', (1, 12)) if size.per_frame else ('classification', ())
  return Bundle(
    **{
      'model': 'stc_nlstm',
      'network': None,
      'input': size,
      'task': TaskConfig(kind, aus, logit_adjustment=0.0, positive_weight='none'),
      'names': names,
      'normalisation': Normalisation(np.zeros(3), np.ones(3)),
      'alignment': {
        'align': 'mtcnn',
        'roll': 'keep',
        'smooth': '0.0',
        'max_gap': '5',
        'size': '64 x 64',
      },
      'clip_seconds': {'low': 0.3, 'median': 0.4, 'high': 0.5},
      'clip_motion': {'low': 3.0, 'median': 10.0, 'high': 20.0},
      'provenance': {'dataset': {'name': 'fake/1.0.0'}, 'trial': '0-0'},
      'variables': {},
    }
    | fields
  )


def ask(videos, real):
  """Says how bright the own frames are: [b, 2], dark and bright."""
  shares = [video[:n].mean() / 255 for video, n in zip(videos, real, strict=True)]
  return np.stack([1 - np.array(shares), shares], axis=1).astype(np.float32)


def face(x, y=20.0, size=60.0, score=0.99):
  box = np.array([x, y, x + size, y + size], float)
  eyes = np.array([[x + 0.3 * size, y + 0.4 * size], [x + 0.7 * size, y + 0.4 * size]])
  return Face(box, eyes, score)


class BrightModel(Model):
  """A `Model` that answers as `ask`; frames are taken for faces."""

  def __init__(self):
    noted = {'align': 'none', 'size': '64 x 64'}
    motion = {'low': 0.0, 'median': 5.0, 'high': 200.0}
    super().__init__([bundle(alignment=noted, clip_motion=motion)])

  def predict_windows(self, videos, lengths):
    return ask(videos, lengths)
