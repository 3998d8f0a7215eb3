"""The processor: its name, and the instructions that programs may use on it."""

import os
import pathlib
import platform

from stc_jax import machine

# From the widest; the flags that /proc/cpuinfo has to name.
_SETS = {'AVX-512': {'avx512f', 'avx512bw'}, 'AVX2': {'avx2', 'fma'}, 'AVX': {'avx'}}

# XLA's own code; and no YNNPACK, whose products don't heed it.
_XLA_LIMIT = '--xla_cpu_max_isa=AVX2 --xla_cpu_experimental_ynn_fusion_type='
# PyTorch's own kernels and its compiler, oneDNN and MKL.
_LIMITS = {
  'ATEN_CPU_CAPABILITY': 'avx2',
  'ONEDNN_MAX_CPU_ISA': 'AVX2',
  'MKL_ENABLE_INSTRUCTIONS': 'AVX2',
}
_CPU_INFO = pathlib.Path('/proc/cpuinfo')


def limit() -> None:
  """Limits this process and those that it starts to AVX2. Call it before JAX is used.

  YNNPACK, which chooses the instructions of its products by itself, is left out. So
  ours may be slower than on a processor that has AVX2 alone, and a ratio to a peer is
  no figure of such a processor.
  """
  given = os.environ.get('XLA_FLAGS', '')
  os.environ['XLA_FLAGS'] = f'{given} {_XLA_LIMIT}'.strip()
  os.environ.update(_LIMITS)
  # PyTorch's cache doesn't tell instructions apart: programs of the other crash.
  folder = machine.cache_folder() / 'torchinductor_avx2'
  os.environ['TORCHINDUCTOR_CACHE_DIR'] = str(folder)


def described(cpu_info: pathlib.Path = _CPU_INFO) -> dict[str, str]:
  """The processor's `name`, the widest instructions that it `has`, and those `used`."""
  fields = {}
  try:
    text = cpu_info.read_text('utf-8')
  except OSError:  # not Linux
    text = ''
  for line in text.splitlines():
    key, _, value = line.partition(':')
    fields.setdefault(key.strip(), value.strip())
  flags = set(fields.get('flags', '').split())
  has = next((name for name, needs in _SETS.items() if needs <= flags), 'unknown')
  is_limited = _XLA_LIMIT in os.environ.get('XLA_FLAGS', '') and has == 'AVX-512'
  return {
    'name': fields.get('model name') or platform.processor() or platform.machine(),
    'has': has,
    'used': 'AVX2' if is_limited else has,
  }
