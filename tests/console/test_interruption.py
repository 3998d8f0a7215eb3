"""Ctrl-C is delayed until the end of a protected block."""

import signal

import pytest

from stc_jax.console.interruption import held_back


def test_held_back():
  done, handler = [], signal.getsignal(signal.SIGINT)

  @held_back()
  def write():
    signal.raise_signal(signal.SIGINT)
    done.append('write')

  for _ in range(2):
    with pytest.raises(KeyboardInterrupt):
      write()
  assert done == ['write', 'write']
  assert signal.getsignal(signal.SIGINT) is handler


def test_an_ignored_interrupt_stays_ignored():
  before = signal.signal(signal.SIGINT, signal.SIG_IGN)
  try:
    with held_back():
      signal.raise_signal(signal.SIGINT)
  finally:
    signal.signal(signal.SIGINT, before)
