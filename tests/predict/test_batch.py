"""Many files in one command: none is lost to another, or to what can't be written."""

import csv
import json

import fake_model
import pytest
import videos

from stc_jax.errors import InputError
from stc_jax.predict import command, encoding


@pytest.fixture
def predict(monkeypatch, tmp_path, capsys):
  """Runs the command with a model that needs no training; returns what it prints."""
  monkeypatch.setattr(command, 'load', lambda folder: fake_model.Opened())

  def run(*inputs, out=tmp_path / 'out', image_fps=None, overwrite=False, **chosen):
    paths = [str(path) for path in inputs]
    command.main('model', paths, str(out), chosen, image_fps, overwrite)
    return capsys.readouterr().out

  return run


def answers(folder):
  return {path.stem: json.loads(path.read_text()) for path in folder.glob('*.json')}


def test_a_video_that_cannot_be_drawn_keeps_its_table_and_says_so(
  predict, tmp_path, monkeypatch
):
  one, two = (
    videos.write(tmp_path / n, videos.nodding(12)) for n in ('a.mp4', 'b.mp4')
  )
  written = encoding.write

  def write(path, *rest):
    if path.stem == 'a':
      raise ValueError('no such codec\nat all')
    written(path, *rest)

  monkeypatch.setattr(encoding, 'write', write)
  said = predict(one, two)
  note = r'the annotated video could not be made (ValueError: no such codec\nat all)'
  assert f'note: {note}' in said
  out = tmp_path / 'out'
  with (out / 'a.csv').open(newline='') as table:
    assert len(list(csv.DictReader(table))) == 12
  assert note in (out / 'a.html').read_text()
  assert '<video' not in (out / 'a.html').read_text()
  records = answers(out)
  assert records['a']['notes'] == [note]
  assert records['a']['files'] == ['a.csv', 'a.html', 'a.json']
  assert not (out / 'a.mp4').exists()
  assert (records['b']['notes'], (out / 'b.mp4').exists()) == ([], True)


def test_a_bug_ends_one_file_and_bad_input_is_told_from_it(
  predict, tmp_path, monkeypatch, capsys
):
  paths = [tmp_path / f'{name}.mp4' for name in 'abc']
  for path in paths:
    videos.write(path, videos.nodding(12))
  paths[0].write_text('no video')
  with pytest.raises(InputError, match=r'1 of 3 could not be answered: .*a\.mp4'):
    predict(*paths)
  answered = fake_model.Opened.answer

  def answer(self, source, *rest):
    if source.path.stem == 'b':
      raise TypeError('a bug\nof ours')
    return answered(self, source, *rest)

  monkeypatch.setattr(fake_model.Opened, 'answer', answer)
  capsys.readouterr()
  with pytest.raises(SystemExit) as ended:
    predict(*paths, overwrite=True)
  wanted = rf'left out: {paths[1]}: TypeError: a bug\nof ours'
  assert wanted in capsys.readouterr().out.splitlines()
  assert ended.value.code.startswith('error: 2 of 3 could not be answered: ')
  assert set(answers(tmp_path / 'out')) == {'b', 'c'}
  with pytest.raises(TypeError):  # alone, it keeps its traceback
    predict(paths[1], overwrite=True)
