"""A convolution of each frame to few filters, as matrix products; fast on a CPU.

DenseNet's layers have few filters, so matrix products of gathered pixels are too thin.
Here every pixel is multiplied with all taps at once, and the products are added at the
places that the taps point to. The gradient gathers the few filters, not the many
channels.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


@jax.custom_vjp
def conv2d(
  video: Float[Array, 'b t h w c'], kernel: Float[Array, '1 kh kw c f']
) -> Float[Array, 'b t h w f']:
  """Stride 1, same padding, odd sizes; equal to XLA's convolution up to rounding."""
  *_, height, width, _ = video.shape
  f, out = kernel.shape[-1], 0
  products = _padded(video @ _side_by_side(kernel), kernel)
  for number, (row, column) in enumerate(_taps(kernel)):
    own = slice(number * f, (number + 1) * f)
    out += products[:, :, row : row + height, column : column + width, own]
  return out


def _forward(video, kernel):
  return conv2d(video, kernel), (video, kernel)


def _backward(residuals, cotangent):
  video, kernel = residuals
  *_, height, width, c = video.shape
  _, kh, kw, _, f = kernel.shape
  padded = _padded(cotangent, kernel)
  # A tap that points down in the sum points up when pixels are gathered.
  gathered = jnp.concatenate(
    [
      padded[:, :, kh - 1 - row :, kw - 1 - column :][:, :, :height, :width]
      for row, column in _taps(kernel)
    ],
    axis=-1,
  )
  kernel_grad = jnp.einsum('bthwc,bthwn->cn', video, gathered)
  kernel_grad = kernel_grad.reshape(c, kh, kw, f).transpose(1, 2, 0, 3)[None]
  return gathered @ _side_by_side(kernel).T, kernel_grad


conv2d.defvjp(_forward, _backward)


def _side_by_side(kernel: Array) -> Float[Array, 'c n']:
  """The weights of all taps for an input channel, in one row."""
  return kernel[0].transpose(2, 0, 1, 3).reshape(kernel.shape[3], -1)


def _padded(video: Array, kernel: Array) -> Array:
  rows, columns = ((size // 2,) * 2 for size in kernel.shape[1:3])
  return jnp.pad(video, ((0, 0), (0, 0), rows, columns, (0, 0)))


def _taps(kernel: Array) -> list[tuple[int, int]]:
  return [divmod(n, kernel.shape[2]) for n in range(kernel.shape[1] * kernel.shape[2])]
