"""The examples of the page."""

import numpy as np
import pytest
from command import succeeds

from stc_jax.faces import videos

examples = pytest.importorskip('stc_jax.web.examples')


def test_each_is_small_and_has_a_picture():
  style = examples.style()
  for name in examples.NAMES:
    assert examples.path_of(name).stat().st_size < 60_000
    assert f'#{examples.element(name)}::before' in style
  assert len(set(style.splitlines())) == 2
  assert len(style) < 60_000


@pytest.mark.slow
@pytest.mark.parametrize('name', examples.NAMES)
def test_each_is_rendered_as_its_module_says(name, tmp_path):
  path = tmp_path / 'again.mp4'
  module = 'stc_jax.datasets.synthetic_faces.unseen_clip'
  succeeds(module, f'--emotion={name}', f'--out={path}')
  again, rate = videos.read_video(path)
  kept, kept_rate = videos.read_video(examples.path_of(name))
  assert rate == kept_rate
  assert np.abs(again.astype(int) - kept).mean() < 1
