"""The peer's input: augmentation and transforms with the distributions of ours."""

import functools
import math

import torch
from torch.nn import functional as F

from stc_jax.data.augment import DEGREES


def removed(video: torch.Tensor) -> torch.Tensor:
  """Subtracts the mean of each pixel over the clip."""
  return video - video.mean(dim=2, keepdim=True)


def contrasted(video: torch.Tensor) -> torch.Tensor:
  """Local contrast: normalises each pixel by its neighbourhood."""
  b, c, t, h, w = video.shape
  reach = [max(1, int(0.1 * side)) for side in (h, w)]

  def mean(frames):
    kernel, padding = [2 * r + 1 for r in reach], reach
    return F.avg_pool2d(frames, kernel, 1, padding, count_include_pad=False)

  frames = video.transpose(1, 2).reshape(b * t, c, h, w)
  centred = frames - mean(frames)
  deviation = (mean(centred.square()) + 1e-8).sqrt()
  usual = deviation.reshape(b, -1).mean(dim=1).repeat_interleave(t).view(-1, 1, 1, 1)
  contrast = centred / (deviation + 0.3 * usual)
  return contrast.reshape(b, t, c, h, w).transpose(1, 2)


TRANSFORMS = {
  'gray': lambda video: video.mean(dim=1, keepdim=True),
  'remove_appearance': removed,
  'local_contrast': contrasted,
  'frames_and_change': lambda video: torch.cat([video, 2 * removed(video)], dim=1),
}


VIEWS = {
  'original': lambda video: video,
  'mirrored': lambda video: video.flip(dims=(-1,)),
}


def paper(video: torch.Tensor) -> torch.Tensor:
  """One of the 14 variants of each clip at random."""
  b = len(video)
  angle = torch.tensor(DEGREES)[torch.randint(0, len(DEGREES), (b,))]
  return moved(video, angle, torch.ones(b), torch.zeros(b, 2))


def strong(video: torch.Tensor, reach: float = 1.0) -> torch.Tensor:
  """Draws as `stc_jax.data.augment.strong` does."""
  b = len(video)

  def uniform(most, *dims):
    return (2 * torch.rand(b, *dims) - 1) * most

  first = video[:, :, :1]
  strength = uniform(0.5, 1, 1, 1, 1).exp().to(video.device)
  video = first + strength * (video - first)
  mean = video.mean(dim=(2, 3, 4), keepdim=True)
  look = moved(
    video, uniform(reach * 12.0), uniform(reach * 0.12).exp(), uniform(reach * 0.07, 2)
  )
  contrast = uniform(reach * 0.25, 1, 1, 1, 1).exp().to(video.device)
  brightness = uniform(reach * 25.0 / 255 * 3.5, 1, 1, 1, 1).to(video.device)
  return mean + contrast * (look - mean) + brightness


LOOKS = {
  'none': lambda video: video,
  'paper': paper,
  'mild': functools.partial(strong, reach=0.3),
  'strong': strong,
}


def moved(
  video: torch.Tensor, degrees: torch.Tensor, scale: torch.Tensor, shift: torch.Tensor
) -> torch.Tensor:
  """Mirrors, rotates, scales and shifts; bilinear, with the border repeated."""
  b, c, t, h, w = video.shape
  angle = degrees * (math.pi / 180)
  mirror = 1.0 - 2.0 * torch.randint(0, 2, (b,))
  cos, sin = angle.cos() / scale, angle.sin() / scale
  rows = [mirror * cos, -mirror * sin * h / w, 2 * shift[:, 0]]
  rows += [sin * w / h, cos, 2 * shift[:, 1]]
  theta = torch.stack(rows, 1).view(b, 2, 3).to(video.device)
  grid = F.affine_grid(theta, [b, 1, h, w], align_corners=False)
  frames = video.transpose(1, 2).reshape(b, t * c, h, w)
  turned = F.grid_sample(frames, grid, padding_mode='border', align_corners=False)
  video = turned.view(b, t, c, h, w).transpose(1, 2)
  return video.contiguous(memory_format=torch.channels_last_3d)
