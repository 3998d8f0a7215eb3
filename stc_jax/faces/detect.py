"""Finds faces and their eyes: MTCNN's cascade, batched over frames.

Zhang et al. 2016: P-Net searches an image pyramid of each frame for boxes; R-Net and
then O-Net filter and move them; O-Net also gives the eyes. All levels of a frame's
pyramid are in one picture (`pyramid`). The eyes are refined (`eye_refinement`).
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8

from stc_jax.faces import eye_refinement, mtcnn, pyramid
from stc_jax.faces.boxes import Boxes, moved, squares_of, suppress
from stc_jax.faces.geometry import square
from stc_jax.faces.images import resized

# MTCNN's own thresholds: the least probability of a box after each network ...
_KEEP = {'pnet': 0.6, 'rnet': 0.7, 'onet': 0.7}
# ... and the overlap above which the less probable of two boxes is removed.
_OVERLAP_IN_LEVEL, _OVERLAP = 0.5, 0.7
_RNET = 24
# The first search is for faces of at least this share of the frame's shorter side. If
# there is none, the second goes down to the smallest size that MTCNN detects reliably,
# or to the size at which the scaled frame has `_MOST_SOUGHT` pixels.
_USUAL_SHARE, _SMALLEST = 0.1, 20.0
_MOST_SOUGHT = 2**20
_MOST_PIXELS = 2**24  # of a searched frame; larger frames are scaled down
_KEY_EVERY = 4


@dataclasses.dataclass(frozen=True)
class Face:
  """One face of one frame, in pixels from the frame's top left corner.

  Attributes:
    box: left, top, right, bottom.
    eyes: (x, y) of the eye on the left of the frame, then of the other.
    score: O-Net's probability.
  """

  box: Float[np.ndarray, '4']
  eyes: Float[np.ndarray, '2 2']
  score: float


def detect(frames: Sequence[UInt8[np.ndarray, 'h w 3']]) -> list[list[Face]]:
  """Finds the upright faces of each frame of a clip, most probable first.

  Every fourth frame and the last one are searched completely: for faces of at least a
  tenth of the shorter side or, if there is none, of at least 20 pixels (more where the
  frame exceeds three megapixels; 57 pixels at 24 megapixels). The frames between are
  searched at the places of those faces, and completely where a face is missing there or
  no face was found. Memory is bounded for any size.

  Args:
    frames: RGB, all of one size.

  Raises:
    InputError: MTCNN's weights are missing or altered.
  """
  if not frames:
    return []
  height, width = frames[0].shape[:2]
  shrink = np.sqrt(min(1.0, _MOST_PIXELS / (height * width)))
  if shrink == 1:
    return _detect(frames)
  rows, columns = max(1, int(height * shrink)), max(1, int(width * shrink))
  scale = np.array([width / columns, height / rows])
  found = _detect([resized(frame, rows, columns) for frame in frames])
  return [[_scaled(face, scale) for face in of_frame] for of_frame in found]


def turn_of(frame: UInt8[np.ndarray, 'h w 3']) -> int:
  """The number of turns by `np.rot90` that make a frame's most probable face upright.

  0 where it is upright already, or where no face is found.
  """
  best, turn = 0.0, 0
  for times in range(4):
    (faces,) = detect([np.ascontiguousarray(np.rot90(frame, times))])
    score = max((face.score for face in faces), default=0.0)
    if score > best:
      best, turn = score, times
  return turn


def _scaled(face: Face, scale: Float[np.ndarray, '2']) -> Face:
  return Face(face.box * np.tile(scale, 2), face.eyes * scale, face.score)


def _detect(frames: Sequence[np.ndarray]) -> list[list[Face]]:
  last = len(frames) - 1
  keys = sorted({*range(0, len(frames), _KEY_EVERY), last})
  found = dict(zip(keys, _everywhere([frames[i] for i in keys]), strict=True))
  between = [i for i in range(len(frames)) if i not in found]
  around = []
  for i in between:
    before = i - i % _KEY_EVERY
    around.append((found[before], found[min(before + _KEY_EVERY, last)]))
  nearby = _nearby([frames[i] for i in between], [[*a, *b] for a, b in around])
  found |= zip(between, nearby, strict=True)
  fewer = [
    i
    for i, pair in zip(between, around, strict=True)
    if len(found[i]) < max(1, *map(len, pair))
  ]
  found |= zip(fewer, _everywhere([frames[i] for i in fewer]), strict=True)
  return [found[i] for i in range(len(frames))]


def _nearby(
  frames: Sequence[np.ndarray], expected: Sequence[Sequence[Face]]
) -> list[list[Face]]:
  """Runs O-Net at the places where faces are expected."""
  counts = [len(faces) for faces in expected]
  boxes = [face.box for faces in expected for face in faces]
  windows = Boxes(
    np.repeat(np.arange(len(frames)), counts),
    np.reshape(boxes, (-1, 4)),
    np.ones(len(boxes)),
  )
  return _finish(frames, windows)


def _everywhere(frames: Sequence[np.ndarray]) -> list[list[Face]]:
  """Searches whole frames; again for smaller faces where none is found."""
  if not frames:
    return []
  sides = frames[0].shape[:2]
  smallest = max(_SMALLEST, pyramid.CELL * np.sqrt(np.prod(sides) / _MOST_SOUGHT))
  usual = max(smallest, _USUAL_SHARE * min(sides))
  found = _cascade(frames, usual)
  without = [i for i, faces in enumerate(found) if not faces]
  if usual > smallest and without:
    again = _cascade([frames[i] for i in without], smallest)
    for i, faces in zip(without, again, strict=True):
      found[i] = faces
  return found


def _cascade(frames: Sequence[np.ndarray], min_face: float) -> list[list[Face]]:
  plan = pyramid.plan(*frames[0].shape[:2], min_face)
  if not plan.levels:  # the frame is too small for a face
    return [[] for _ in frames]
  windows = _propose(frames, plan)
  windows = _refine(frames, windows)
  return _finish(frames, windows)


def _propose(frames: Sequence[np.ndarray], plan: pyramid.Plan) -> Boxes:
  """The boxes that P-Net proposes in all frames."""
  pictures = np.stack([pyramid.draw(frame, plan) for frame in frames])
  outputs = zip(*mtcnn.run('pnet', pictures), strict=True)
  parts = [(i, *_windows_of(*output, plan)) for i, output in enumerate(outputs)]
  frame = np.concatenate([np.full(len(score), i) for i, _, score, _ in parts])
  box = np.concatenate([box for _, box, _, _ in parts])
  score = np.concatenate([score for _, _, score, _ in parts])
  level = np.concatenate([level for _, _, _, level in parts])
  windows = Boxes(frame, box, score)
  group = frame * (len(plan.levels) + 1) + level
  windows = windows.take(suppress(windows, group, _OVERLAP_IN_LEVEL))
  return windows.take(suppress(windows, windows.frame, _OVERLAP))


def _windows_of(scores: np.ndarray, moves: np.ndarray, plan: pyramid.Plan):
  """Boxes [n, 4], probabilities [n] and levels [n] of one frame's likely boxes."""
  boxes, kept, levels = [], [], []
  for number, level in enumerate(plan.levels):
    rows, columns = level.windows()
    score = scores[rows, columns]
    y, x = np.nonzero(score >= _KEEP['pnet'])
    corner = np.stack([x, y], 1) * pyramid.STRIDE
    box = np.hstack([corner, corner + pyramid.CELL]) / level.factor
    boxes.append(moved(box, moves[rows, columns][y, x]))
    kept.append(score[y, x])
    levels.append(np.full(len(y), number))
  return np.concatenate(boxes), np.concatenate(kept), np.concatenate(levels)


def _refine(frames: Sequence[np.ndarray], windows: Boxes) -> Boxes:
  """The boxes that R-Net keeps, moved by its offsets."""
  squares = squares_of(windows.box)
  crops = [
    square(frames[i], box, _RNET) for i, box in zip(windows.frame, squares, strict=True)
  ]
  scores, moves = mtcnn.run('rnet', mtcnn.stacked(crops, _RNET))
  found = Boxes(windows.frame, moved(squares, moves), scores).take(
    scores >= _KEEP['rnet']
  )
  return found.take(suppress(found, found.frame, _OVERLAP))


def _finish(frames: Sequence[np.ndarray], windows: Boxes) -> list[list[Face]]:
  """The upright faces that O-Net keeps, with their eyes."""
  squares = squares_of(windows.box)
  crops = [
    square(frames[i], box, eye_refinement.WINDOW)
    for i, box in zip(windows.frame, squares, strict=True)
  ]
  scores, moves, points = mtcnn.run('onet', mtcnn.stacked(crops, eye_refinement.WINDOW))
  side = squares[:, 2] - squares[:, 0]
  shares = eye_refinement.in_window(points)
  places = squares[:, None, :2] + shares * side[:, None, None]
  keep = np.flatnonzero(scores >= _KEEP['onet'])
  found = Boxes(windows.frame, moved(squares, moves), scores)
  keep = keep[suppress(found.take(keep), windows.frame[keep], _OVERLAP_IN_LEVEL)]
  seen = eye_refinement.look_again(frames, windows.frame[keep], places[keep, :2])
  upright = eye_refinement.are_upright(places[keep], seen, side[keep])
  faces = [[] for _ in frames]
  for number, of_face in zip(keep[upright], seen[upright], strict=True):
    score = float(scores[number])
    faces[windows.frame[number]].append(Face(found.box[number], of_face, score))
  return faces
