"""Videos that are predicted side by side."""

import json
import threading

import pytest
from fakes import videos

from stc_jax import machine
from stc_jax.errors import InputError
from stc_jax.predict import pipeline


def files_of(folder):
  """The bytes of all tables, and the records without what each command measures."""
  found = {path.name: path.read_bytes() for path in folder.glob('*.csv')}
  for path in folder.glob('*.json'):
    record = json.loads(path.read_text('utf-8'))
    assert record.pop('seconds').keys() == {'answering', 'writing'}
    found[path.name] = json.dumps(record)
  return found


def test_the_answers_and_failures_are_those_of_one_after_the_other(
  predict, tmp_path, monkeypatch
):
  names = {'a': 30, 'b': 12, 'c': 12, 'd': 50}
  paths = [
    videos.write(tmp_path / f'{name}.mp4', videos.nodding(count))
    for name, count in names.items()
  ]
  for path in paths[1:3]:
    path.write_text('no video')
  predict_video, both = pipeline.predict_video, threading.Barrier(2)

  def answer(*args):
    both.wait(timeout=60)  # until `a` and `d` are both here
    return predict_video(*args)

  def failure(jobs):
    with pytest.raises(InputError) as failed:
      predict(*paths, out=tmp_path / str(jobs), jobs=jobs)
    return str(failed.value)

  alone = failure(1)
  monkeypatch.setattr(machine, 'cores', lambda: 2)
  monkeypatch.setattr(pipeline, 'predict_video', answer)
  assert failure(2) == alone
  assert alone.startswith(f'2 of 4 could not be predicted: {paths[1]}')
  one, side_by_side = (files_of(tmp_path / jobs) for jobs in '12')
  assert len(one) == 7
  assert side_by_side == one


def test_more_than_cores_is_said(predict, tmp_path, monkeypatch):
  monkeypatch.setattr(machine, 'cores', lambda: 2)
  video = videos.write(tmp_path / 'a.mp4', videos.nodding(12))
  assert '--jobs=9: 2 at a time, as there are 2 cores' in predict(video, jobs=9)
  assert '--jobs' not in predict(video, jobs=2)
