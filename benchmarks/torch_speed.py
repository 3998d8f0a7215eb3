"""The peer's speed: STC-NLSTM as a careful user of PyTorch would train it.

`python -m stc_jax.benchmark --peer=torch` starts this program, keeps it until all is
measured, and lets it work while our side is idle. Each line on standard input and
standard output is a JSON object:

- in, once: `network` and `input` (sections of a launch file), `augment`, `batch_size`,
  `clips`, `classes`, and `passes`, the steps that are made before the device is waited
  for; out: `version`, `threads`, `instructions`, `device`, `forms`
- in: `part` (`training` or `inference`), `form`, `calls`; out: `seconds` of one pass,
  or `error`; and `idle`, the seconds of CPU time and of waiting since the last line

It uses channels-last 3D, compiled inference with frozen parameters, cuDNN's LSTM,
autocast for the dtype bfloat16, TensorFloat-32 otherwise, a fused AdamW, and clips and
augmentation in the memory of the device, as ours does. On a GPU, where it isn't certain
which layout is faster, it has each form with channels first, too.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import TextIO

import torch
from torch.nn import functional as F

from benchmarks.torch_input import LOOKS, TRANSFORMS, VIEWS
from benchmarks.torch_twin import TorchTwin
from stc_jax.models.config import NestedConfig
from stc_jax.speed.clock import of_call

_LAYOUTS = {'': torch.channels_last_3d, ', channels first': torch.contiguous_format}


class Peer:
  """The twin, its optimiser and its data on the fastest device."""

  def __init__(
    self,
    config: NestedConfig,
    spec: dict,
    layout: torch.memory_format = torch.channels_last_3d,
  ):
    self.device, self.layout = device(), layout
    torch.manual_seed(0)
    size = spec['input']
    shape = (spec['clips'], size['frames'], size['height'], size['width'], 3)
    self.transforms = [TRANSFORMS[name] for name in size['transforms']]
    self.augment = LOOKS[spec['augment']]
    self.views = [VIEWS[name] for name in size['views']]
    self.clips = torch.randint(0, 256, shape, dtype=torch.uint8, device=self.device)
    self.labels = torch.randint(0, spec['classes'], shape[:1], device=self.device)
    self.batch, self.passes = spec['batch_size'], spec['passes']
    self.autocast = torch.autocast(
      self.device, torch.bfloat16, enabled=config.dtype == 'bfloat16'
    )
    channels = 1 if 'gray' in size['transforms'] else 3
    channels *= 2 if 'frames_and_change' in size['transforms'] else 1
    twin = TorchTwin(config, spec['classes'], channels).to(self.device)
    self.model = twin.to(memory_format=layout)
    self.optimizer = torch.optim.AdamW(self.model.parameters(), 1e-3, fused=True)

  def video(self, index: torch.Tensor) -> torch.Tensor:
    """Clips as normalised float [b, c, t, h, w], channels last in memory."""
    pixels = self.clips[index].permute(0, 4, 1, 2, 3)
    return (pixels.float() / 255.0 - 0.5) * 3.5

  def transformed(self, video: torch.Tensor) -> torch.Tensor:
    """The input's transforms; no frame of these clips is a repeat."""
    for transform in self.transforms:
      video = transform(video)
    return video.contiguous(memory_format=self.layout)

  def train(self) -> None:
    """Makes training steps, and waits for the last of them."""
    for _ in range(self.passes):
      self.step()
    self.wait()

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


class TwinForms:
  """Every form of the peer: eager or compiled, in each layout.

  Attributes:
    names: of the forms.
  """

  def __init__(self, config: NestedConfig, spec: dict):
    layouts = _LAYOUTS if device() == 'cuda' else {'': _LAYOUTS['']}
    self._passes, self._peers, self._compiled = spec['passes'], {}, {}
    for name, layout in layouts.items():
      peer = Peer(config, spec, layout)
      for form in ('eager', 'compiled'):
        self._peers[form + name] = peer, peer.model
    self.names = list(self._peers)

  def seconds(self, part: str, form: str, calls: int) -> float:
    """Of one pass, over so many calls."""
    peer, twin = self._peers[form]
    peer.model = self._compile(twin, part, form) if 'compiled' in form else twin
    twin.train(part == 'training')
    if part == 'training':
      return of_call(peer.train)(calls) / self._passes
    return of_call(peer.test)(calls)

  def _compile(self, twin: TorchTwin, part: str, form: str) -> torch.nn.Module:
    """Compiles a twin once for each part; inference has its parameters as constants."""
    if (part, form) not in self._compiled:
      options = {'freezing': True} if part == 'inference' else None
      self._compiled[part, form] = torch.compile(twin, options=options)
    return self._compiled[part, form]


def device() -> str:
  """The fastest that there is."""
  return 'cuda' if torch.cuda.is_available() else 'cpu'


def answer(measure: Callable[..., float], request: dict) -> dict[str, float | str]:
  """The seconds of a request, or the error of PyTorch."""
  try:
    return {'seconds': measure(**request)}
  except Exception as error:
    return {'error': (str(error).splitlines() or [type(error).__name__])[0]}


def own_output() -> TextIO:
  """Standard output for our lines alone; libraries print to standard error."""
  lines = os.fdopen(os.dup(sys.stdout.fileno()), 'w', encoding='utf-8')
  os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
  return lines


def main() -> None:
  """Measures what standard input asks for, line by line."""
  lines = own_output()

  def say(value: dict) -> None:
    print(json.dumps(value), file=lines, flush=True)

  spec = json.loads(sys.stdin.readline())
  spec['network']['levels'] = tuple(spec['network']['levels'])
  torch.set_float32_matmul_precision('high')  # as JAX does on a GPU
  forms = TwinForms(NestedConfig(**spec['network']), spec)
  say(
    {
      'version': torch.__version__,
      'threads': torch.get_num_threads(),
      'instructions': torch.backends.cpu.get_cpu_capability(),
      'device': torch.cuda.get_device_name() if device() == 'cuda' else 'cpu',
      'forms': forms.names,
    }
  )
  since = time.process_time(), time.perf_counter()
  for line in sys.stdin:
    idle = time.process_time() - since[0], time.perf_counter() - since[1]
    found = answer(forms.seconds, json.loads(line)) | {'idle': idle}
    since = time.process_time(), time.perf_counter()
    say(found)


if __name__ == '__main__':
  main()
