"""A 3D convolution over video, in the form that the backend runs best."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


def conv3d(
  video: Float[Array, 'b t h w c'], kernel: Float[Array, 'kt kh kw c f']
) -> Float[Array, 'b t h w f']:
  """Convolves in time and space: stride 1, same padding (Yu et al. 2018, table 1).

  Both forms below compute the same sums. On a CPU, XLA's general convolution runs far
  below the speed of its matrix product, above all in the gradient of the kernel; an
  accelerator's library has a 3D kernel of its own.
  """
  if jax.default_backend() == 'cpu':
    return shifted_products(video, kernel)
  return one_call(video, kernel)


def one_call(
  video: Float[Array, 'b t h w c'], kernel: Float[Array, 'kt kh kw c f']
) -> Float[Array, 'b t h w f']:
  """The convolution as XLA's single general operation."""
  layout = ('NDHWC', 'DHWIO', 'NDHWC')
  return jax.lax.conv_general_dilated(
    video, kernel, (1, 1, 1), 'SAME', dimension_numbers=layout
  )


@jax.custom_vjp
def shifted_products(
  video: Float[Array, 'b t h w c'], kernel: Float[Array, 'kt kh kw c f']
) -> Float[Array, 'b t h w f']:
  """The convolution as kh * kw matrix products of shifted frames.

  The kt frames around each are laid in its channels, so a product has an inner size of
  kt * c. Clips are taken one after another: a clip's shifted frames stay in the cache.
  """
  return _correlate(video, kernel, [(k - 1) // 2 for k in kernel.shape[:3]])


def _forward(video, kernel):
  return shifted_products(video, kernel), (video, kernel)


def _backward(residuals, cotangent):
  video, kernel = residuals
  flipped = kernel[::-1, ::-1, ::-1].swapaxes(3, 4)
  video_grad = _correlate(cotangent, flipped, [k // 2 for k in kernel.shape[:3]])
  return video_grad, _kernel_grad(video, cotangent, kernel)


shifted_products.defvjp(_forward, _backward)


def _correlate(video: Array, kernel: Array, before: list[int]) -> Array:
  """Sums `kernel` over `video`, which has `before` zeros in front of t, h and w."""
  kt, kh, kw, c, f = kernel.shape
  weights = kernel.transpose(1, 2, 0, 3, 4).reshape(kh * kw, kt * c, f)

  def one_clip(clip):
    shifts = _shifts(clip, (kt, kh, kw), before)
    products = (s @ w for s, w in zip(shifts, weights, strict=True))
    return sum(products).reshape(*clip.shape[:3], f)

  return jax.lax.map(one_clip, video)


def _kernel_grad(video: Array, cotangent: Array, kernel: Array) -> Array:
  kt, kh, kw, c, f = kernel.shape
  before = [(k - 1) // 2 for k in (kt, kh, kw)]

  def add_clip(total, pair):
    clip, out = pair
    shifts = _shifts(clip, (kt, kh, kw), before)
    return total + jnp.stack([s.T @ out.reshape(-1, f) for s in shifts]), None

  zeros = jnp.zeros((kh * kw, kt * c, f), kernel.dtype)
  total, _ = jax.lax.scan(add_clip, zeros, (video, cotangent))
  return total.reshape(kh, kw, kt, c, f).transpose(2, 0, 1, 3, 4)


def _shifts(clip: Array, sizes: tuple[int, int, int], before: list[int]) -> list[Array]:
  """The clip [t, h, w, c] shifted to each of kh * kw places, as [t * h * w, kt * c]."""
  t, h, w, c = clip.shape
  kt, kh, kw = sizes
  around = [(b, k - 1 - b) for b, k in zip(before, sizes, strict=True)]
  padded = jnp.pad(clip, (*around, (0, 0)))
  taps = jnp.concatenate([padded[i : i + t] for i in range(kt)], axis=-1)
  return [
    taps[:, i : i + h, j : j + w].reshape(-1, kt * c)
    for i in range(kh)
    for j in range(kw)
  ]
