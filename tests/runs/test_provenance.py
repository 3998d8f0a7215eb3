import sys

import pytest

from stc_jax.runs import provenance


@pytest.mark.parametrize(
  ('argv', 'command'),
  [
    (
      ('-m', 'stc_jax.main', '--config=my file.py'),
      "python -m stc_jax.main '--config=",
    ),
    (
      ('/bin/stc-jax', 'train', '--config=mmi', '--processes=2'),
      'stc-jax train --conf',
    ),
  ],
)
def test_the_command_is_one_that_can_be_repeated(monkeypatch, argv, command):
  monkeypatch.setattr(sys, 'orig_argv', ['python3', *argv])
  assert provenance.command().startswith(command)
  assert '--processes' not in provenance.command()
