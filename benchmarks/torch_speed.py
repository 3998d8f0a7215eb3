"""The peer's speed: STC-NLSTM as a careful user of PyTorch would train it.

`python -m stc_jax.benchmark --peer=torch` starts this in a process of its own, with one
JSON line on standard input, and reads one from standard output:

- in: `network` and `input` (sections of a launch file), `batch_size`, `clips`,
  `classes`, `repeats`
- out: `training` and `inference`, each with `eager` and `compiled`: seconds, or why not

Channels-last 3D, cuDNN's LSTM, autocast to bfloat16 where the model's dtype says so, a
fused AdamW, the clips resident on the device, the same 14 variants made there.
"""

import json
import math
import sys
from collections.abc import Callable

import torch
from torch.nn import functional as F

from benchmarks.torch_twin import TorchTwin
from stc_jax.data.augment import DEGREES
from stc_jax.models.config import LayerwiseConfig
from stc_jax.speed.clock import measure


class Peer:
  """The twin, its optimiser and its data on the best device there is."""

  def __init__(self, config: LayerwiseConfig, spec: dict):
    self.device = 'cuda' if torch.cuda.is_available() else 'cpu'
    torch.manual_seed(0)
    size = spec['input']
    shape = (spec['clips'], size['frames'], size['height'], size['width'], 3)
    self.transforms = size['transforms']
    self.clips = torch.randint(0, 256, shape, dtype=torch.uint8, device=self.device)
    self.labels = torch.randint(0, spec['classes'], shape[:1], device=self.device)
    self.batch = spec['batch_size']
    self.autocast = torch.autocast(
      self.device, torch.bfloat16, enabled=config.dtype == 'bfloat16'
    )
    twin = TorchTwin(config, spec['classes']).to(self.device)
    self.model = twin.to(memory_format=torch.channels_last_3d)
    self.optimizer = torch.optim.AdamW(self.model.parameters(), 1e-3, fused=True)

  def video(self, index: torch.Tensor) -> torch.Tensor:
    """Clips as normalised float [b, c, t, h, w], channels last in memory."""
    pixels = self.clips[index].permute(0, 4, 1, 2, 3)
    return (pixels.float() / 255.0 - 0.5) * 3.5

  def transformed(self, video: torch.Tensor) -> torch.Tensor:
    """The input's transforms, as many of them as there are here."""
    if 'remove_appearance' in self.transforms:
      video = video - video.mean(dim=2, keepdim=True)
    return video

  def step(self) -> None:
    """Draws a batch and descends."""
    index = torch.randint(0, len(self.clips), (self.batch,), device=self.device)
    video = self.transformed(vary(self.video(index)))
    self.optimizer.zero_grad(set_to_none=True)
    with self.autocast:
      loss = F.cross_entropy(self.model(video).float(), self.labels[index])
    loss.backward()
    torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
    self.optimizer.step()
    self.wait()

  @torch.inference_mode()
  def test(self) -> None:
    """Class probabilities of one batch."""
    with self.autocast:
      clips = self.video(torch.arange(self.batch, device=self.device))
      logits = self.model(self.transformed(clips))
    logits.float().softmax(dim=1)
    self.wait()

  def wait(self) -> None:
    """Returns once the device has done its work."""
    if self.device == 'cuda':
      torch.cuda.synchronize()


def vary(video: torch.Tensor) -> torch.Tensor:
  """One of the 14 variants of each clip at random; bilinear, border repeated."""
  b, c, t, h, w = video.shape
  place = torch.randint(0, len(DEGREES), (b,))
  angle = torch.tensor(DEGREES)[place] * (math.pi / 180)
  mirror = 1.0 - 2.0 * torch.randint(0, 2, (b,))
  cos, sin, zero = angle.cos(), angle.sin(), torch.zeros(b)
  rows = [mirror * cos, -mirror * sin * h / w, zero, sin * w / h, cos, zero]
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
  peer, repeats = Peer(LayerwiseConfig(**spec['network']), spec), spec['repeats']
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
