"""A 3D convolution over video, in the form that the backend runs best."""

import jax
from jaxtyping import Array, Float

from stc_jax.models import products


def conv3d(
  video: Float[Array, 'b t h w c'], kernel: Float[Array, 'kt kh kw c f']
) -> Float[Array, 'b t h w f']:
  """Convolves in time and space: stride 1, same padding (Yu et al. 2018, table 1).

  Both forms compute the same sums. On a CPU, XLA's general convolution runs far below
  the speed of its matrix product, above all in the gradient of the kernel; an
  accelerator's library has a 3D kernel of its own.
  """
  if jax.default_backend() == 'cpu':
    return products.conv3d(video, kernel)
  return one_call(video, kernel)


def one_call(
  video: Float[Array, 'b t h w c'], kernel: Float[Array, 'kt kh kw c f']
) -> Float[Array, 'b t h w f']:
  """The convolution as XLA's single general operation."""
  layout = ('NDHWC', 'DHWIO', 'NDHWC')
  return jax.lax.conv_general_dilated(
    video, kernel, (1, 1, 1), 'SAME', dimension_numbers=layout
  )
