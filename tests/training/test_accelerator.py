"""The operations of programs lowered for an accelerator."""

import dataclasses
import re

import jax
import numpy as np
import pytest
from small import programs


@pytest.fixture(scope='module')
def program():
  """StableHLO of a chunk of training steps in bfloat16, for CUDA."""
  network = dataclasses.replace(programs.NETWORK, dtype='bfloat16')
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(jax, 'default_backend', lambda: 'gpu')  # the forms taken there
    made = programs.programs(1, programs.tiny(), network=network)
    return made.lowered_chunk(('cuda',)).as_text()


def operands(program, operation):
  """The operand types of each use of an operation, such as '4x8xbf16'."""
  found = re.findall(rf'stablehlo\.{operation}.*: \((.*?)\) ->', program)
  return [re.findall(r'tensor<(.*?)>', types) for types in found]


def test_convolutions_and_lstms_stay_in_bfloat16(program):
  convolutions = operands(program, 'convolution')
  # Two layers: forward, gradients of both kernels, and of the second's input.
  assert len(convolutions) == 2 + 2 + 1
  assert all(t.endswith('bf16') for types in convolutions for t in types)
  gates = 4 * programs.NETWORK.lstm_width
  of_lstms = [
    types
    for types in operands(program, 'dot_general')
    if any(f'x{gates}x' in t for t in types)
  ]
  assert of_lstms
  assert all(t.endswith('bf16') for types in of_lstms for t in types)


def test_nothing_leaves_the_device_within_a_chunk(program):
  assert not re.findall(r'stablehlo\.(?:custom_call|infeed|outfeed|send|recv)', program)


def test_convolutions_are_not_grouped(program):
  groups = re.findall(r'(?:feature|batch)_group_count = (\d+)', program)
  assert set(groups) == {'1'}


@pytest.mark.slow
def test_it_trains_as_on_a_cpu(monkeypatch):
  """The forms that an accelerator takes, run here; and past the last step."""
  tiny = programs.tiny()

  def trained():
    made = programs.programs(1, tiny)
    return programs.train(made, tiny, [3], steps=2 * programs.CHUNK)

  state, said = trained()
  monkeypatch.setattr(jax, 'default_backend', lambda: 'tpu')  # no option of a GPU's
  other, other_said = trained()
  assert other.step == state.step == programs.TRAINING.steps
  np.testing.assert_allclose(other_said, said, atol=1e-3)
  np.testing.assert_allclose(other.curves['loss'], state.curves['loss'], rtol=1e-3)
