import sys

import pytest

from stc_jax import provenance


@pytest.mark.parametrize(
  ('argv', 'command'),
  [
    (('-m', 'stc_jax.main', '--mode=a b'), "python -m stc_jax.main '--mode=a b'"),
    (('/bin/stc-jax', 'train', '--mode=a', '--processes=2'), 'stc-jax train --mode=a'),
  ],
)
def test_the_command_is_one_that_can_be_repeated(monkeypatch, argv, command):
  monkeypatch.setattr(sys, 'orig_argv', ['python3', *argv])
  assert provenance.command() == command
