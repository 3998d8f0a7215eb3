"""A 3D convolution over video, in the form that the backend runs best."""

import jax
from jaxtyping import Array, Float

from stc_jax.models.conv import packed, scatter, winograd

_FEW = 16  # channels, too few for an accelerator's matrix units


def conv3d(
  video: Float[Array, 'b t h w c'], kernel: Float[Array, 'kt kh kw c f']
) -> Float[Array, 'b t h w f']:
  """Convolves in time and space: stride 1, same padding (Yu et al. 2018, table 1).

  All forms compute the same sums. On a CPU, XLA's general convolution is much slower
  than its matrix product, most of all in the gradient of the kernel. The library of an
  accelerator has a 3D kernel of its own, which is fast unless there are few channels.
  """
  if jax.default_backend() == 'cpu':
    # For few filters `winograd` is slow: a gradient takes 78 ms, with `scatter` 13 ms
    # (48 channels to 12, six frames of 48 x 48, one core).
    frame_by_frame = kernel.shape[0] == 1 and kernel.shape[1] % 2 == 1
    form = scatter.conv2d if frame_by_frame else winograd.conv3d
    return form(video, kernel)
  if video.shape[-1] < _FEW and kernel.shape[:3] == (3, 3, 3):
    return packed.conv3d(video, kernel)
  return one_call(video, kernel)


def compiler_options() -> dict[str, bool]:
  """The compiler options of programs with these convolutions.

  Without them, XLA on a GPU transposes the maps to channels first for each convolution.
  """
  return {'xla_gpu_force_conv_nhwc': True} if jax.default_backend() == 'gpu' else {}


def one_call(
  video: Float[Array, 'b t h w c'], kernel: Float[Array, 'kt kh kw c f']
) -> Float[Array, 'b t h w f']:
  """The convolution as XLA's single general operation."""
  layout = ('NDHWC', 'DHWIO', 'NDHWC')
  return jax.lax.conv_general_dilated(
    video, kernel, (1, 1, 1), 'SAME', dimension_numbers=layout
  )
