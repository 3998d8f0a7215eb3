"""What is done to a video before a network reads it; on the device.

A transform maps normalised videos [b, t, h, w, c], and how many frames of each are real
(those behind repeat the last one), to videos [b, t, h, w, c2]. A new one is a line in
`TRANSFORMS`. A view is another look at the same clip, for averaging when it is tested.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int


def remove_appearance(
  video: Float[Array, 'b t h w c'], real: Int[Array, 'b']
) -> Float[Array, 'b t h w c']:
  """Subtracts each pixel's mean over the clip's real frames: change is what is left.

  With few subjects a network can tell people apart before it tells expressions apart.
  """
  frames = jnp.arange(video.shape[1])
  weights = jnp.where(frames < real[:, None], 1 / real[:, None], 0)
  mean = jnp.einsum('bt,bthwc->bhwc', weights, video)
  return video - mean[:, None]


TRANSFORMS = {'remove_appearance': remove_appearance}

VIEWS = {
  'original': lambda video: video,
  'mirrored': lambda video: video[:, :, :, ::-1],
}
