"""Draws docs/alignment.png: how a face is detected and cut out by its eyes.

Command: python docs/alignment.py

The face is Eileen Collins's (NASA, public domain), from scikit-image.
"""

import pathlib

import numpy as np
import skimage.data
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from stc_jax import plots
from stc_jax.faces import detect, face_crop, geometry

_SIZE, _TILT, _INK = 300, np.deg2rad(14), '#d1495b'
_FACE = np.array([225.0, 120.0])  # shown in the middle of the picture


def main() -> None:
  """Draws a tilted face with two rectangles, and the crops inside them."""
  frame = _tilted(np.ascontiguousarray(skimage.data.astronaut()))
  ((face,),) = detect.detect([frame])
  eyes = face.eyes
  figure = Figure(figsize=(9, 3.4), layout='constrained')
  left, *right = figure.subplots(1, 3, width_ratios=(1.4, 1, 1))
  left.imshow(frame, extent=(0, _SIZE, _SIZE, 0))
  left.plot(*eyes.T, '+', color=_INK)
  for roll, style in (('keep', '-'), ('level', '--')):
    left.add_patch(
      Polygon(_rectangle(eyes, roll), fill=False, linestyle=style, edgecolor=_INK)
    )
  left.set_title('2.2 by 2.6 eye distances, 0.8 above the eyes', fontsize=9)
  for axes, roll in zip(right, ('keep', 'level'), strict=True):
    axes.imshow(face_crop.crop(frame, eyes, face_crop.CropConfig(64, roll)))
    axes.set_title(f'--roll={roll}, 64 x 64', fontsize=9)
  for axes in (left, *right):
    axes.axis('off')
  plots.save_png(figure, pathlib.Path(__file__).parent / 'alignment.png')


def _tilted(picture):
  turn = np.array([[np.cos(_TILT), np.sin(_TILT)], [-np.sin(_TILT), np.cos(_TILT)]])
  corner = _FACE - turn @ np.full(2, _SIZE / 2)
  return geometry.warp(picture, np.hstack([turn, corner[:, None]]), _SIZE)


def _rectangle(eyes, roll):
  across, down, distance = face_crop.axes(eyes, roll)
  side, top, bottom = face_crop.HALF_WIDTH, -face_crop.ABOVE, face_crop.BELOW
  corners = [(-side, top), (side, top), (side, bottom), (-side, bottom)]
  return [eyes.mean(axis=0) + distance * (x * across + y * down) for x, y in corners]


if __name__ == '__main__':
  main()
