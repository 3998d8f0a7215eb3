"""Two rendered videos that come with the page, for visitors without one of their own.

They are made by

  python -m stc_jax.datasets.synthetic_faces.unseen_clip --emotion=happiness \
    --out=stc_jax/web/rendered/happiness.mp4

and the same with `surprise`.
"""

import base64
import pathlib

import cv2
import numpy as np

from stc_jax.faces import videos

NAMES = ('happiness', 'surprise')
_HERE = pathlib.Path(__file__).parent / 'rendered'
_SIDE, _QUALITY = 128, 80  # pixels of each frame that a picture shows; of its JPEG


def path_of(name: str) -> pathlib.Path:
  """The video of an example."""
  return _HERE / f'{name}.mp4'


def element(name: str) -> str:
  """The name of an example's button in the page's style sheet."""
  return f'example_{name}'


def style() -> str:
  """The style sheet that puts a picture above the words of each button."""
  return ''.join(
    f'#{element(name)}::before {{ background-image: url({_picture(name)}) }}\n'
    for name in NAMES
  )


def _picture(name: str) -> str:
  """The first, middle and last frame side by side, as the address of a picture."""
  frames, _ = videos.read_video(path_of(name), _SIDE)
  strip = np.concatenate(frames[[0, len(frames) // 2, -1]], axis=1)[..., ::-1]
  _, jpeg = cv2.imencode('.jpg', strip, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
  return f'data:image/jpeg;base64,{base64.b64encode(jpeg.tobytes()).decode()}'
