"""The peer's speed: STC-NLSTM as a careful user of PyTorch would train it.

`python -m stc_jax.benchmark --peer=torch` starts this program with one JSON line on
standard input, and reads one from standard output:

- in: `network` and `input` (sections of a launch file), `augment`,
  `batch_size`, `clips`, `classes`, `repeats`
- out: `training` and `inference`, each with `eager` and `compiled`: seconds or an error

It uses channels-last 3D, compiled inference with frozen parameters, cuDNN's LSTM,
autocast for the dtype bfloat16, a fused AdamW, and clips and augmentation in the memory
of the device, as ours does.
"""

import json
import sys
from collections.abc import Callable

import torch
from torch.nn import functional as F

from benchmarks.torch_input import LOOKS, TRANSFORMS, VIEWS
from benchmarks.torch_twin import TorchTwin
from stc_jax.models.config import NestedConfig
from stc_jax.speed.clock import measure


class Peer:
  """The twin, its optimiser and its data on the fastest device."""

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
    channels = 1 if 'gray' in size['transforms'] else 3
    channels *= 2 if 'frames_and_change' in size['transforms'] else 1
    twin = TorchTwin(config, spec['classes'], channels).to(self.device)
    self.model = twin.to(memory_format=torch.channels_last_3d)
    self.optimizer = torch.optim.AdamW(self.model.parameters(), 1e-3, fused=True)

  def video(self, index: torch.Tensor) -> torch.Tensor:
    """Clips as normalised float [b, c, t, h, w], channels last in memory."""
    pixels = self.clips[index].permute(0, 4, 1, 2, 3)
    return (pixels.float() / 255.0 - 0.5) * 3.5

  def transformed(self, video: torch.Tensor) -> torch.Tensor:
    """The input's transforms; no frame of these clips is a repeat."""
    for transform in self.transforms:
      video = transform(video)
    return video

  def step(self) -> None:
    """Makes a training step on a new batch."""
    index = torch.randint(0, len(self.clips), (self.batch,), device=self.device)
    video = self.transformed(self.augment(self.video(index)))
    labels = self.labels[index]
    self.optimizer.zero_grad(set_to_none=True)
    with self.autocast:
      logits, each = self.model(video)
      loss = F.cross_entropy(logits.float(), labels)
      for layer in each:
        loss = loss + F.cross_entropy(layer.float(), labels) / len(each)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
    self.optimizer.step()
    self.wait()

  @torch.no_grad()  # inference_mode leaves nothing to freeze
  def test(self) -> None:
    """Class probabilities of one batch, the mean over the input's views."""
    clips = self.video(torch.arange(self.batch, device=self.device))
    torch.stack([self.answer(view(clips)) for view in self.views]).mean(dim=0)
    self.wait()

  def answer(self, video: torch.Tensor) -> torch.Tensor:
    """Class probabilities, averaged with those of the layers if there are any."""
    with self.autocast:
      logits, each = self.model(self.transformed(video))
    answer = logits.float().softmax(dim=1)
    if not each:
      return answer
    return (answer + torch.stack(each).float().softmax(dim=2).mean(dim=0)) / 2

  def wait(self) -> None:
    """Waits until the device has finished."""
    if self.device == 'cuda':
      torch.cuda.synchronize()


def seconds(call: Callable[[], None], repeats: int) -> dict[str, float | str]:
  """The timing of `call`, or the error of PyTorch."""
  try:
    return measure(call, repeats)._asdict()
  except Exception as error:
    return {'error': (str(error).splitlines() or [type(error).__name__])[0]}


def main() -> None:
  """Measures what standard input specifies."""
  spec = json.load(sys.stdin)
  spec['network']['levels'] = tuple(spec['network']['levels'])
  peer, repeats = Peer(NestedConfig(**spec['network']), spec), spec['repeats']
  found = {'training': {}, 'inference': {}, 'version': torch.__version__}
  twin = peer.model
  # For inference compiled anew, with the parameters as constants.
  frozen = torch.compile(twin, options={'freezing': True})
  forms = {'eager': (twin, twin), 'compiled': (torch.compile(twin), frozen)}
  for form, (training, inference) in forms.items():
    twin.train()
    peer.model = training
    found['training'][form] = seconds(peer.step, repeats)
    twin.eval()
    peer.model = inference
    found['inference'][form] = seconds(peer.test, repeats)
  print(json.dumps(found))


if __name__ == '__main__':
  main()
