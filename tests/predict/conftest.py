"""Predicting many videos with a model that needs no training."""

import pytest
from fakes import fake_model

from stc_jax.console import terminal
from stc_jax.predict.events import EventOptions
from stc_jax.predict.folder import batch
from stc_jax.predict.folder.event_files import EventFile
from stc_jax.predict.options import PredictOptions

EVENTS = EventFile(EventOptions(), 'csv')


@pytest.fixture
def predict(monkeypatch, tmp_path, capsys):
  """Runs the command; returns what it prints."""
  monkeypatch.setattr(batch, 'load', lambda folder: fake_model.BrightModel())

  def run(
    *inputs,
    out=tmp_path / 'out',
    image_fps=None,
    overwrite=False,
    events=EVENTS,
    jobs=1,
    **chosen,
  ):
    paths = [str(path) for path in inputs]
    console = terminal.console(soft_wrap=True, highlight=False)
    asked = PredictOptions(**chosen)
    batch.predict_videos(
      'model', paths, str(out), asked, image_fps, events, overwrite, jobs, console
    )
    return capsys.readouterr().out

  return run
