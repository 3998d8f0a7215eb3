"""The peer's speed: STC-NLSTM as a careful user of PyTorch would train it.

`python -m stc_jax.benchmark --peer=torch` starts this in a process of its own, with one
JSON line on standard input, and reads one from standard output:

- in: `network` and `input` (sections of a launch file), `augment`, `batch_size`,
  `clips`, `classes`, `repeats`
- out: `training` and `inference`, each with `eager` and `compiled`: seconds, or why not

Channels-last 3D, cuDNN's LSTM, autocast to bfloat16 where the model's dtype says so, a
fused AdamW, the clips resident on the device, looks drawn and made there as ours are.
"""

import json
import math
import sys
from collections.abc import Callable

import torch
from torch.nn import functional as F

from benchmarks.torch_twin import TorchTwin
from stc_jax.data.augment import DEGREES
from stc_jax.models.config import NestedConfig
from stc_jax.speed.clock import measure


class Peer:
  """The twin, its optimiser and its data on the best device there is."""

  def __init__(self, config: NestedConfig, spec: dict):
    self.device = 'cuda' if torch.cuda.is_available() else 'cpu'
    torch.manual_seed(0)
    size = spec['input']
    shape = (spec['clips'], size['frames'], size['height'], size['width'], 3)
    self.transforms = [TRANSFORMS[name] for name in size['transforms']]
    self.augment = LOOKS[spec['augment']]
    self.views = [VIEWS[name] for name in size['views']]
    self.clips = torch.randint(0, 256, shape, dtype=torch.uint8, device=self.device)
    self.labels = torch.randint(0, spec['classes'], shape[:1], device=self.device)
    self.batch = spec['batch_size']
    self.autocast = torch.autocast(
      self.device, torch.bfloat16, enabled=config.dtype == 'bfloat16'
    )
    channels = 6 if 'frames_and_change' in size['transforms'] else 3
    twin = TorchTwin(config, spec['classes'], channels).to(self.device)
    self.model = twin.to(memory_format=torch.channels_last_3d)
    self.optimizer = torch.optim.AdamW(self.model.parameters(), 1e-3, fused=True)

  def video(self, index: torch.Tensor) -> torch.Tensor:
    """Clips as normalised float [b, c, t, h, w], channels last in memory."""
    pixels = self.clips[index].permute(0, 4, 1, 2, 3)
    return (pixels.float() / 255.0 - 0.5) * 3.5

  def transformed(self, video: torch.Tensor) -> torch.Tensor:
    """The input's transforms; every frame of these clips is real."""
    for transform in self.transforms:
      video = transform(video)
    return video

  def step(self) -> None:
    """Draws a batch and descends."""
    index = torch.randint(0, len(self.clips), (self.batch,), device=self.device)
    video = self.transformed(self.augment(self.video(index)))
    self.optimizer.zero_grad(set_to_none=True)
    with self.autocast:
      logits, each = self.model(video)
      loss = F.cross_entropy(logits.float(), self.labels[index])
      for layer in each:
        loss = loss + F.cross_entropy(layer.float(), self.labels[index]) / len(each)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
    self.optimizer.step()
    self.wait()

  @torch.inference_mode()
  def test(self) -> None:
    """Class probabilities of one batch, the mean over the input's views."""
    clips = self.video(torch.arange(self.batch, device=self.device))
    torch.stack([self.answer(view(clips)) for view in self.views]).mean(dim=0)
    self.wait()

  def answer(self, video: torch.Tensor) -> torch.Tensor:
    """Class probabilities, half and half with the layers' own where there are any."""
    with self.autocast:
      logits, each = self.model(self.transformed(video))
    answer = logits.float().softmax(dim=1)
    if not each:
      return answer
    return (answer + torch.stack(each).float().softmax(dim=2).mean(dim=0)) / 2

  def wait(self) -> None:
    """Returns once the device has done its work."""
    if self.device == 'cuda':
      torch.cuda.synchronize()


def removed(video: torch.Tensor) -> torch.Tensor:
  """Each pixel's mean over the clip subtracted."""
  return video - video.mean(dim=2, keepdim=True)


def contrasted(video: torch.Tensor) -> torch.Tensor:
  """Local contrast: every pixel in terms of its neighbourhood."""
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


def strong(video: torch.Tensor) -> torch.Tensor:
  """Mirror, pose, size, place and light, drawn as `stc_jax.data.augment` does."""
  b = len(video)

  def uniform(reach, *dims):
    return (2 * torch.rand(b, *dims) - 1) * reach

  mean = video.mean(dim=(2, 3, 4), keepdim=True)
  look = moved(video, uniform(12.0), uniform(0.12).exp(), uniform(0.07, 2))
  contrast = uniform(0.25, 1, 1, 1, 1).exp().to(video.device)
  brightness = uniform(25.0 / 255 * 3.5, 1, 1, 1, 1).to(video.device)
  return mean + contrast * (look - mean) + brightness


LOOKS = {'none': lambda video: video, 'paper': paper, 'strong': strong}


def moved(
  video: torch.Tensor, degrees: torch.Tensor, scale: torch.Tensor, shift: torch.Tensor
) -> torch.Tensor:
  """Mirrored or not, turned, magnified and shifted; bilinear, border repeated."""
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


def seconds(call: Callable[[], None], repeats: int) -> dict[str, float | str]:
  """The timing of `call`, or what PyTorch says where it can't."""
  try:
    return measure(call, repeats)._asdict()
  except Exception as error:
    return {'error': (str(error).splitlines() or [type(error).__name__])[0]}


def main() -> None:
  """Measures what standard input asks for."""
  spec = json.load(sys.stdin)
  spec['network']['levels'] = tuple(spec['network']['levels'])
  peer, repeats = Peer(NestedConfig(**spec['network']), spec), spec['repeats']
  found = {'training': {}, 'inference': {}, 'version': torch.__version__}
  forms = {'eager': peer.model, 'compiled': torch.compile(peer.model)}
  for form, peer.model in forms.items():
    peer.model.train()
    found['training'][form] = seconds(peer.step, repeats)
    peer.model.eval()
    found['inference'][form] = seconds(peer.test, repeats)
  print(json.dumps(found))


if __name__ == '__main__':
  main()
