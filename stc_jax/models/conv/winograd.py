"""A 3D convolution as matrix products, with its own gradient: fast on a CPU.

Frames are processed a few at a time, so that intermediate arrays stay in the cache.
There are two forms, chosen by the shape:

- For few channels, or a number of taps in time other than three: one matrix product
  with all taps of a pixel side by side.
- Otherwise, for three taps in time: the minimal filtering F(2, 3) of Winograd (1980).
  Four products give two frames; plain sums need six. In space, the input of a product
  has the kw columns around a pixel side by side, and its output the kh rows.
"""

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

# F(2, 3): OUTPUT @ (KERNEL @ k * INPUT @ x), two sums of three taps over four frames.
_INPUT = ((1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0), (0, 1, 0, -1))
_KERNEL = ((1, 0, 0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0, 0, 1))
_OUTPUT = ((1, 1, 1, 0), (0, 1, -1, -1))

# Measured: with fewer channels the products are too thin for minimal filtering.
_MIN_CHANNELS = 16
# Pixels processed at a time: the inputs and outputs of their products fit the cache.
_PIXELS = 8192


@jax.custom_vjp
def conv3d(
  video: Float[Array, 'b t h w c'], kernel: Float[Array, 'kt kh kw c f']
) -> Float[Array, 'b t h w f']:
  """Stride 1, same padding; equal to XLA's convolution up to rounding."""
  return _correlate(video, kernel, [(k - 1) // 2 for k in kernel.shape[:3]])


def _forward(video, kernel):
  return conv3d(video, kernel), (video, kernel)


def _backward(residuals, cotangent):
  video, kernel = residuals
  flipped = kernel[::-1, ::-1, ::-1].swapaxes(3, 4)
  video_grad = _correlate(cotangent, flipped, [k // 2 for k in kernel.shape[:3]])
  before = [(k - 1) // 2 for k in kernel.shape[:3]]
  kernel_grad = _filtered_grad if _is_filtered(kernel) else _gathered_grad
  return video_grad, kernel_grad(video, cotangent, kernel.shape, before)


conv3d.defvjp(_forward, _backward)


def _correlate(video: Array, kernel: Array, before: list[int]) -> Array:
  """Correlates `kernel` with `video`; `before` zeros pad the start of t, h and w."""
  form = _filtered if _is_filtered(kernel) else _gathered
  return form(video, kernel, before)


def _is_filtered(kernel: Array) -> bool:
  return kernel.shape[0] == len(_KERNEL[0]) and kernel.shape[3] >= _MIN_CHANNELS


def _gathered(video: Array, kernel: Array, before: list[int]) -> Array:
  sizes, f = kernel.shape[:3], kernel.shape[-1]
  weights = kernel.transpose(1, 2, 0, 3, 4).reshape(-1, f)

  def some_frames(frames):
    gathered = _gather(frames, sizes, before)
    return (_rows(gathered) @ weights).reshape(*gathered.shape[:3], f)

  frames = _chunks(_time_taps(video, sizes[0], before[0]))
  return jax.lax.map(some_frames, frames).reshape(*video.shape[:4], f)


def _gathered_grad(
  video: Array, cotangent: Array, shape: tuple[int, ...], before: list[int]
) -> Array:
  kt, kh, kw, c, f = shape

  def add(total, pair):
    frames, out = pair
    return total + _rows(_gather(frames, shape[:3], before)).T @ _rows(out), None

  taps = _time_taps(video, kt, before[0])
  pairs = _chunks(taps), _chunks(cotangent.reshape(-1, *cotangent.shape[2:]))
  total, _ = jax.lax.scan(add, jnp.zeros((kt * kh * kw * c, f), video.dtype), pairs)
  return total.reshape(kh, kw, kt, c, f).transpose(2, 0, 1, 3, 4)


def _time_taps(video: Array, kt: int, before: int) -> Array:
  """Every frame with the kt frames around it in its channels: [b * t, h, w, kt * c]."""
  t = video.shape[1]
  padded = _pad(video, 1, before, kt - 1 - before)
  taps = jnp.concatenate([padded[:, i : i + t] for i in range(kt)], axis=-1)
  return taps.reshape(-1, *taps.shape[2:])


def _gather(frames: Array, sizes: tuple[int, ...], before: list[int]) -> Array:
  """Every pixel, with all pixels that the kernel covers there in its channels."""
  _, kh, kw = sizes
  return jnp.concatenate(
    [
      column
      for row in _shifts(frames, 1, kh, before[1])
      for column in _shifts(row, 2, kw, before[2])
    ],
    axis=-1,
  )


def _filtered(video: Array, kernel: Array, before: list[int]) -> Array:
  _, kh, kw, _, f = kernel.shape
  mixed = _mix(_KERNEL, list(kernel))
  weights = [m.swapaxes(0, 1).swapaxes(1, 2).reshape(-1, kh * f) for m in mixed]

  def some_pairs(quads):
    n, h, w = quads.shape[0], *quads.shape[2:4]
    products = [
      (_rows(columns) @ weight).reshape(n, h, w, kh, f)
      for columns, weight in zip(_columns(quads, kw, before), weights, strict=True)
    ]
    return jnp.stack([_add_rows(y, before[1]) for y in _mix(_OUTPUT, products)], 1)

  b, t, h, w, _ = video.shape
  pairs = jax.lax.map(some_pairs, _chunks(_quads(video, before[0])))
  return pairs.reshape(b, -1, h, w, f)[:, :t]


def _filtered_grad(
  video: Array, cotangent: Array, shape: tuple[int, ...], before: list[int]
) -> Array:
  _, kh, kw, c, f = shape

  def add(totals, pair):
    quads, outs = pair
    mixed = _mix(zip(*_OUTPUT, strict=True), [outs[:, 0], outs[:, 1]])
    return [
      total + _rows(columns).T @ _rows(_shifted_rows(out, kh, before[1]))
      for total, columns, out in zip(
        totals, _columns(quads, kw, before), mixed, strict=True
      )
    ], None

  odd = cotangent.shape[1] % 2
  even = _pad(cotangent, 1, 0, odd)
  pairs = even.reshape(-1, 2, *even.shape[2:])
  zeros = [jnp.zeros((kw * c, kh * f), video.dtype) for _ in _KERNEL]
  quads = _quads(video, before[0])
  totals, _ = jax.lax.scan(add, zeros, (_chunks(quads), _chunks(pairs)))
  mixed = [total.reshape(kw, c, kh, f).transpose(2, 0, 1, 3) for total in totals]
  return jnp.stack(_mix(zip(*_KERNEL, strict=True), mixed))


def _quads(video: Array, before: int) -> Array:
  """The four input frames of each pair of output frames: [b * t / 2, 4, h, w, c]."""
  pairs = -(-video.shape[1] // 2)
  padded = _pad(video, 1, before, 2 * pairs + 2 - before - video.shape[1])
  frames = [padded[:, i : i + 2 * pairs - 1 : 2] for i in range(4)]
  return jnp.stack(frames, axis=2).reshape(-1, 4, *video.shape[2:])


def _columns(quads: Array, kw: int, before: list[int]) -> list[Array]:
  """The four mixtures of `quads`, with the kw pixels around each in its channels."""
  mixed = _mix(_INPUT, [quads[:, i] for i in range(4)])
  return [jnp.concatenate(_shifts(m, 2, kw, before[2]), axis=-1) for m in mixed]


def _add_rows(products: Array, before: int) -> Array:
  """Sums [n, h, w, kh, f] over kh, each shifted to its own row."""
  h, kh = products.shape[1], products.shape[3]
  padded = _pad(products, 1, before, kh - 1 - before)
  return sum(padded[:, i : i + h, :, i] for i in range(kh))


def _shifted_rows(out: Array, kh: int, before: int) -> Array:
  """The transpose of `_add_rows`: [n, h, w, f] to [n, h, w, kh * f]."""
  return jnp.concatenate(_shifts(out, 1, kh, kh - 1 - before)[::-1], axis=-1)


def _mix(matrix, parts: list[Array]) -> list[Array]:
  """The matrix times the vector of `parts`."""
  return [
    sum(w * part for w, part in zip(row, parts, strict=True) if w) for row in matrix
  ]


def _shifts(maps: Array, axis: int, size: int, before: int) -> list[Array]:
  """The maps shifted to each of `size` places along an axis, padded with zeros."""
  length = maps.shape[axis]
  padded = _pad(maps, axis, before, size - 1 - before)
  return [jax.lax.slice_in_dim(padded, i, i + length, axis=axis) for i in range(size)]


def _pad(maps: Array, axis: int, before: int, after: int) -> Array:
  widths = [(0, 0)] * maps.ndim
  widths[axis] = (before, after)
  return jnp.pad(maps, widths)


def _rows(maps: Array) -> Array:
  return maps.reshape(-1, maps.shape[-1])


def _chunks(frames: Array) -> Array:
  """Cuts the leading axis into equal parts of at most `_PIXELS` pixels each."""
  count, pixels = frames.shape[0], math.prod(frames.shape[-3:-1])
  most = max(1, _PIXELS // pixels)
  size = max(n for n in range(1, most + 1) if count % n == 0)
  return frames.reshape(-1, size, *frames.shape[1:])
