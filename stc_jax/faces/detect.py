"""Finds faces and their eyes: MTCNN's cascade, batched over frames.

Zhang et al. 2016: a pyramid of each frame through P-Net, whose windows R-Net and then
O-Net sift and move; O-Net also says where the eyes are. Two things are ours:

- All levels of a frame's pyramid lie beside each other in one picture of a rounded
  size, so that few sizes are ever compiled.
- O-Net looks again at every face it found, upright and of one size, and mirrored too;
  the eyes are the mean of what it says. They follow a moving face more smoothly.
"""

import dataclasses
import functools
import threading
from collections.abc import Sequence

import cv2
import jax
import numpy as np
from jaxtyping import Float, Int, UInt8

from stc_jax.faces import mtcnn, pyramid
from stc_jax.faces.geometry import similarity, square, warp

# MTCNN's own thresholds: of a window's probability after each network ...
_KEEP = {'pnet': 0.6, 'rnet': 0.7, 'onet': 0.7}
# ... and of the overlap at which the weaker of two windows goes.
_OVERLAP_IN_LEVEL, _OVERLAP = 0.5, 0.7
_RNET, _ONET = 24, 48
# By default no face smaller than this part of a frame's shorter side is sought first;
# then, where none was found, down to as many pixels as MTCNN is good for.
_USUAL_SHARE, _SMALLEST = 0.1, 20.0
_KEY_EVERY = 4
_FRAMES = 8  # that P-Net sees at a time
_CROPS = 32  # that R-Net and O-Net see at a time
# Where the eyes of an upright face lie in O-Net's window, as shares of its side.
# Where the places and sizes were tried, these followed a moving face best.
_EYES = np.array([[0.295, 0.38], [0.705, 0.38]])
_LOOKS = 2
_SCALES = (0.95, 1.05)
_COMPILING = threading.Lock()


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


@dataclasses.dataclass(frozen=True)
class _Windows:
  """Square candidates: the frame of each, its box, and its probability."""

  frame: Int[np.ndarray, 'n']
  box: Float[np.ndarray, 'n 4']
  score: Float[np.ndarray, 'n']

  def take(self, which: np.ndarray) -> '_Windows':
    return _Windows(self.frame[which], self.box[which], self.score[which])


def detect(
  frames: Sequence[UInt8[np.ndarray, 'h w 3']], min_face: float | None = None
) -> list[list[Face]]:
  """Finds the faces of each frame of a clip, the most certain first.

  Every fourth frame, and the last, is searched as a whole; frames between them where
  their faces were, and as a whole if one is missing there.

  Args:
    frames: RGB, all of one size, any size.
    min_face: side of the smallest face sought, in pixels. By default a tenth of the
      shorter side of the frame and, where that finds nothing, 20.

  Raises:
    InputError: MTCNN's weights are missing or altered.
  """
  last = len(frames) - 1
  keys = sorted({*range(0, len(frames), _KEY_EVERY), last})
  found = dict(zip(keys, _everywhere([frames[i] for i in keys], min_face), strict=True))
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
    if len(found[i]) < max(map(len, pair))
  ]
  found |= zip(fewer, _everywhere([frames[i] for i in fewer], min_face), strict=True)
  return [found[i] for i in range(len(frames))]


def _nearby(
  frames: Sequence[np.ndarray], expected: Sequence[Sequence[Face]]
) -> list[list[Face]]:
  """What O-Net sees where faces are expected."""
  counts = [len(faces) for faces in expected]
  boxes = [face.box for faces in expected for face in faces]
  windows = _Windows(
    np.repeat(np.arange(len(frames)), counts),
    np.reshape(boxes, (-1, 4)),
    np.ones(len(boxes)),
  )
  return _finish(frames, windows)


def _everywhere(
  frames: Sequence[np.ndarray], min_face: float | None
) -> list[list[Face]]:
  """Searches whole frames, for smaller faces too where there is no usual one."""
  if not frames:
    return []
  usual = max(_SMALLEST, _USUAL_SHARE * min(frames[0].shape[:2]))
  found = _cascade(frames, min_face or usual)
  without = [i for i, faces in enumerate(found) if not faces]
  if min_face is None and usual > _SMALLEST and without:
    again = _cascade([frames[i] for i in without], _SMALLEST)
    for i, faces in zip(without, again, strict=True):
      found[i] = faces
  return found


def _cascade(frames: Sequence[np.ndarray], min_face: float) -> list[list[Face]]:
  plan = pyramid.plan(*frames[0].shape[:2], min_face)
  if not plan.levels:  # no face has room in so small a frame
    return [[] for _ in frames]
  windows = _propose(frames, plan)
  windows = _refine(frames, windows)
  return _finish(frames, windows)


def _propose(frames: Sequence[np.ndarray], plan: pyramid.Plan) -> _Windows:
  """P-Net's windows of all frames."""
  parts = []
  for first in range(0, len(frames), _FRAMES):
    some = frames[first : first + _FRAMES]
    pictures = np.stack([pyramid.draw(frame, plan) for frame in some])
    scores, moves = _run('pnet', _padded(pictures, _FRAMES))
    for number in range(len(some)):
      parts.append((first + number, *_windows_of(scores[number], moves[number], plan)))
  frame = np.concatenate([np.full(len(score), i) for i, _, score, _ in parts])
  box = np.concatenate([box for _, box, _, _ in parts])
  score = np.concatenate([score for _, _, score, _ in parts])
  level = np.concatenate([level for _, _, _, level in parts])
  windows = _Windows(frame, box, score)
  group = frame * (len(plan.levels) + 1) + level
  windows = windows.take(_suppress(windows, group, _OVERLAP_IN_LEVEL))
  return windows.take(_suppress(windows, windows.frame, _OVERLAP))


def _windows_of(scores: np.ndarray, moves: np.ndarray, plan: pyramid.Plan):
  """Boxes [n, 4], probabilities [n] and levels [n] of one frame's likely windows."""
  boxes, kept, levels = [], [], []
  for number, level in enumerate(plan.levels):
    rows, columns = level.windows()
    score = scores[rows, columns]
    y, x = np.nonzero(score >= _KEEP['pnet'])
    corner = np.stack([x, y], 1) * pyramid.STRIDE
    box = np.hstack([corner, corner + pyramid.CELL]) / level.factor
    boxes.append(_moved(box, moves[rows, columns][y, x]))
    kept.append(score[y, x])
    levels.append(np.full(len(y), number))
  return np.concatenate(boxes), np.concatenate(kept), np.concatenate(levels)


def _refine(frames: Sequence[np.ndarray], windows: _Windows) -> _Windows:
  """The windows that R-Net keeps, moved as it says."""
  squares = _squares(windows.box)
  crops = [
    square(frames[i], box, _RNET) for i, box in zip(windows.frame, squares, strict=True)
  ]
  scores, moves = _in_batches('rnet', crops)
  moved = _moved(squares, moves)
  found = _Windows(windows.frame, moved, scores).take(scores >= _KEEP['rnet'])
  return found.take(_suppress(found, found.frame, _OVERLAP))


def _finish(frames: Sequence[np.ndarray], windows: _Windows) -> list[list[Face]]:
  """The faces that O-Net keeps, with their eyes."""
  squares = _squares(windows.box)
  crops = [
    square(frames[i], box, _ONET) for i, box in zip(windows.frame, squares, strict=True)
  ]
  scores, moves, points = _in_batches('onet', crops)
  side = (squares[:, 2] - squares[:, 0])[:, None, None]
  eyes = squares[:, None, :2] + _eyes(points) * side
  keep = np.flatnonzero(scores >= _KEEP['onet'])
  found = _Windows(windows.frame, _moved(squares, moves), scores)
  keep = keep[_suppress(found.take(keep), windows.frame[keep], _OVERLAP_IN_LEVEL)]
  eyes = _look_again(frames, windows.frame[keep], eyes[keep])
  faces = [[] for _ in frames]
  for number, of_face in zip(keep, eyes, strict=True):
    score = float(scores[number])
    faces[windows.frame[number]].append(Face(found.box[number], of_face, score))
  return faces


def _look_again(
  frames: Sequence[np.ndarray],
  frame: Int[np.ndarray, 'n'],
  eyes: Float[np.ndarray, 'n 2 2'],
) -> Float[np.ndarray, 'n 2 2']:
  """Where O-Net sees the eyes of faces turned upright by what it saw before."""
  for _ in range(_LOOKS):
    views = [_views(frames[i], pair) for i, pair in zip(frame, eyes, strict=True)]
    crops = [crop for view in views for crop in view[0]]
    _, _, points = _in_batches('onet', crops)
    seen = _eyes(points).reshape(-1, len(_SCALES), 2, 2, 2)
    mirrored = seen[:, :, 1, ::-1] * [-1, 1] + [1, 0]
    seen = (seen[:, :, 0] + mirrored) / 2
    matrices = np.array([view[1] for view in views]).reshape(-1, len(_SCALES), 2, 3)
    places = np.einsum('nsij,nskj->nski', matrices[..., :2], seen * _ONET)
    eyes = (places + matrices[:, :, None, :, 2]).mean(axis=1)
  return eyes


def _views(frame: np.ndarray, eyes: np.ndarray) -> tuple[list, list]:
  """An upright face at several sizes, each mirrored too; and where they come from."""
  crops, matrices = [], []
  for scale in _SCALES:
    target = ((_EYES - 0.5) * scale + 0.5) * _ONET
    matrix = similarity(target, eyes)
    crop = warp(frame, matrix, _ONET)
    crops += [crop, crop[:, ::-1]]
    matrices.append(matrix)
  return crops, matrices


def _eyes(points: Float[np.ndarray, 'n 10']) -> Float[np.ndarray, 'n 2 2']:
  """The first two of five landmarks, as (x, y) in shares of the window."""
  return np.stack([points[:, :2], points[:, 5:7]], axis=-1)


def _moved(boxes: np.ndarray, moves: np.ndarray) -> np.ndarray:
  sides = boxes[:, 2:] - boxes[:, :2]
  return boxes + moves * np.tile(sides, 2)


def _squares(boxes: Float[np.ndarray, 'n 4']) -> Float[np.ndarray, 'n 4']:
  """The squares around the boxes' centres, as large as their longer sides."""
  centre = (boxes[:, :2] + boxes[:, 2:]) / 2
  half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
  return np.hstack([centre - half, centre + half])


def _suppress(windows: _Windows, group: np.ndarray, overlap: float) -> np.ndarray:
  """Indices of windows that no better one of the same group overlaps so far."""
  if not len(group):
    return np.zeros(0, int)
  sides = windows.box[:, 2:] - windows.box[:, :2]
  boxes = np.hstack([windows.box[:, :2], sides])
  kept = cv2.dnn.NMSBoxesBatched(
    boxes.tolist(), windows.score.tolist(), group.tolist(), 0.0, overlap
  )
  return np.asarray(kept, int)


def _in_batches(network: str, crops: list[np.ndarray]) -> list[np.ndarray]:
  """A network's outputs for any number of crops."""
  size = {'rnet': _RNET, 'onet': _ONET}[network]
  images = np.stack(crops) if crops else np.zeros((0, size, size, 3), np.uint8)
  outputs = [
    _run(network, _padded(images[first : first + _CROPS], _CROPS))
    for first in range(0, max(1, len(images)), _CROPS)
  ]
  return [np.concatenate(part)[: len(images)] for part in zip(*outputs, strict=True)]


def _padded(images: np.ndarray, count: int) -> np.ndarray:
  return np.pad(images, [(0, count - len(images)), (0, 0), (0, 0), (0, 0)])


def _run(network: str, images: UInt8[np.ndarray, 'n h w 3']) -> list[np.ndarray]:
  with _COMPILING:
    program = _compiled(network, images.shape)
  return [np.asarray(output) for output in program(mtcnn.weights(network), images)]


@functools.cache
def _compiled(network: str, shape: tuple[int, ...]) -> jax.stages.Compiled:
  """A network for images of one shape.

  On a CPU it uses one thread: clips are what runs in parallel, and the numbers don't
  depend on how many cores there are.
  """
  apply = {'pnet': mtcnn.pnet, 'rnet': mtcnn.rnet, 'onet': mtcnn.onet}[network]

  def from_pixels(arrays, images):
    return apply(arrays, mtcnn.scale_pixels(images))

  on_cpu = jax.default_backend() == 'cpu'
  options = {'xla_cpu_multi_thread_eigen': False} if on_cpu else None
  images = jax.ShapeDtypeStruct(shape, np.uint8)
  program = jax.jit(from_pixels, compiler_options=options)
  return program.lower(mtcnn.weights(network), images).compile()
