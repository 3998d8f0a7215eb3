"""Many files in one command: a failure of one doesn't affect the others."""

import csv
import json
import os

import av
import numpy as np
import pytest
from command import fails
from fakes import videos
from PIL import Image

from stc_jax.errors import InputError
from stc_jax.predict import pipeline
from stc_jax.predict.render import mp4


def answers(folder):
  return {path.stem: json.loads(path.read_text()) for path in folder.glob('*.json')}


def test_a_video_that_cannot_be_drawn_keeps_its_table_and_says_so(
  predict, tmp_path, monkeypatch
):
  one, two = (
    videos.write(tmp_path / n, videos.nodding(12)) for n in ('a.mp4', 'b.mp4')
  )
  written = mp4.write

  def write(path, *rest):
    if path.stem == 'a':
      raise ValueError('no such codec\nat all')
    written(path, *rest)

  monkeypatch.setattr(mp4, 'write', write)
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
  assert records['a']['files'] == ['a.csv', 'a_events.csv', 'a.html', 'a.json']
  assert not (out / 'a.mp4').exists()
  assert (records['b']['notes'], (out / 'b.mp4').exists()) == ([], True)


def test_of_a_video_that_is_cut_the_whole_frames_are_answered(predict, tmp_path):
  noise = np.random.default_rng(0).integers(0, 256, (50, 48, 48, 3), np.uint8)
  path = videos.write(tmp_path / 'a.mkv', noise)
  data = path.read_bytes()
  path.write_bytes(data[: len(data) * 7 // 10])
  said, out = predict(path, align='none', min_motion=0.0), tmp_path / 'out'
  with (out / 'a.csv').open(newline='') as table:
    rows = list(csv.DictReader(table))
  assert 30 < len(rows) < 40
  assert all(row['label'] for row in rows)
  note = f'cut short: {len(rows)} of 50 frames are whole'
  assert f'note: {note}' in said
  assert note in answers(out)['a']['notes'][0]
  assert note in (out / 'a.html').read_text()
  with av.open(str(out / 'a.mp4')) as drawn:
    assert drawn.streams.video[0].frames == len(rows)


def test_a_bug_ends_one_file_and_bad_input_is_told_from_it(
  predict, tmp_path, monkeypatch, capsys
):
  paths = [tmp_path / f'{name}.mp4' for name in 'abc']
  for path in paths:
    videos.write(path, videos.nodding(12))
  paths[0].write_text('no video')
  with pytest.raises(InputError, match=r'1 of 3 could not be predicted: .*a\.mp4'):
    predict(*paths)
  predict_video = pipeline.predict_video

  def answer(bundle, predict_windows, source, *rest):
    if source.path.stem == 'b':
      raise TypeError('a bug\nof ours')
    return predict_video(bundle, predict_windows, source, *rest)

  monkeypatch.setattr(pipeline, 'predict_video', answer)
  capsys.readouterr()
  with pytest.raises(SystemExit) as ended:
    predict(*paths, overwrite=True)
  wanted = rf'left out: {paths[1]}: TypeError: a bug\nof ours'
  assert wanted in capsys.readouterr().out.splitlines()
  assert ended.value.code.startswith('error: 2 of 3 could not be predicted: ')
  assert set(answers(tmp_path / 'out')) == {'b', 'c'}
  with pytest.raises(TypeError):  # alone, it keeps its traceback
    predict(paths[1], overwrite=True)


def test_files_of_others_stay_and_what_a_killed_command_left_goes(predict, tmp_path):
  out = tmp_path / 'out'
  video = videos.write(tmp_path / 'a.mp4', videos.nodding(12))
  stale, user_s = out / '.stc_jax_1234', out / '.stc_jax_mine'
  for folder in (out / '.a.part', stale, user_s):
    folder.mkdir(parents=True)
    (folder / 'a.csv').write_text('mine')
  (stale / '.made_by_stc_jax_predict').touch()
  (out / 'a.mp4').symlink_to(tmp_path / 'not mounted' / 'a.mp4')
  (out / 'out_a.json').mkdir()
  for number, strange in enumerate(('{"input": "x"}', '[' * 100_000, '{"input": {}}')):
    named = videos.write(tmp_path / f'{number}.mp4', videos.nodding(12))
    (out / f'{number}.json').write_text(strange)
    predict(named)
    assert (out / f'{number}.json').read_text() == strange
  predict(video)
  assert (out / '.a.part' / 'a.csv').read_text() == 'mine'
  assert (user_s / 'a.csv').read_text() == 'mine'
  assert not stale.exists()
  assert (out / 'a.mp4').is_symlink()
  assert not (out / 'a.csv').exists()
  assert sum(1 for path in out.glob('*.html')) == 4
  assert 'is there already' in predict(video)


def test_what_is_no_file_or_goes_meanwhile_is_a_line(predict, tmp_path, monkeypatch):
  os.mkfifo(tmp_path / 'pipe.mp4')
  for path in (tmp_path / 'pipe.mp4', '/dev/zero', f'/dev/fd/{os.pipe()[0]}'):
    with pytest.raises(InputError, match=f'{path}: a folder, pipe or device'):
      predict(path)
  for inputs, out in (([''], 'out'), (['v.mp4'], '')):
    with pytest.raises(InputError, match='an empty name'):
      predict(*inputs, out=out)
  for name, said in (('typo', 'No such file'), ('a' * 300, 'File name too long')):
    with pytest.raises(InputError, match=rf'{name}\.mp4: {said}'):
      predict(f'{name}.mp4', '/dev/zero')
  paths = [videos.write(tmp_path / f'{n}.mp4', videos.nodding(12)) for n in 'abc']
  predict_video = pipeline.predict_video

  def answer(*rest):
    paths[1].unlink(missing_ok=True)
    return predict_video(*rest)

  monkeypatch.setattr(pipeline, 'predict_video', answer)
  nowhere, empty = tmp_path / 'annex.mp4', tmp_path / 'empty.mp4'
  nowhere.symlink_to(tmp_path / 'not fetched')
  empty.touch()
  with pytest.raises(
    InputError, match=r'4 of 6 could not be predicted: .*b\.mp4: No su'
  ):
    predict(*paths, '/dev/zero', nowhere, empty)
  assert set(answers(tmp_path / 'out')) == {'a', 'c'}


def test_a_clip_of_images_is_not_shortened(predict, tmp_path):
  clip = tmp_path / 'clip'
  clip.mkdir()
  for number in range(4):
    Image.new('RGB', (48, 48)).save(clip / f'{number}.png')
  (clip / '2.png').unlink()
  (clip / '2.png').symlink_to(tmp_path / 'not fetched')
  with pytest.raises(InputError, match=r'clip/2\.png: No such file'):
    predict(tmp_path)


def test_a_linked_video_is_named_as_its_user_names_it(predict, tmp_path):
  target = tmp_path / 'objects' / 'MD5-0a1b.mp4'
  target.parent.mkdir()
  videos.write(target, videos.nodding(12))
  link = tmp_path / 'smile.mp4'
  link.symlink_to(target)
  predict(link, tmp_path / 'objects' / '..' / 'smile.mp4')
  records = answers(tmp_path / 'out')
  assert list(records) == ['smile']
  assert records['smile']['input']['path'] == str(link)


@pytest.mark.parametrize('value', [float('inf'), float('nan'), 1e308, -1.0])
def test_numbers_without_bounds_are_refused_at_once(value, tmp_path):
  video, out = tmp_path / 'not read.mp4', tmp_path / 'out'
  video.write_text('x')
  for flag in ('seconds', 'step', 'min_motion', 'image_fps', 'min_event', 'join_gaps'):
    argv = ('--model=none', str(video), f'--out={out}', f'--{flag}={value}')
    fails('stc_jax.predict', *argv, naming=f'--{flag}: {value} must ')
  assert not out.exists()


def test_answers_are_no_inputs_unless_they_are_named(predict, tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  videos.write(tmp_path / 'v.mp4', videos.nodding(12))
  predict('.', out='predictions')
  again = predict('.', out='predictions')
  assert again.count('is there already') == 1
  assert again.count('frames in') == 0
  predict('.', out='elsewhere')  # and the first answers carry our record
  predict('.', out='.')
  said = predict('.', out='.')
  assert 'skipped in .: 18 files of earlier predictions' in said
  made = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob('*.json'))
  own = f'{tmp_path.name}_v.json'
  assert made == sorted(['elsewhere/v.json', 'predictions/v.json', own])
  predict('predictions/v.mp4', out='predictions')  # named itself
  assert len(answers(tmp_path / 'predictions')) == 2


NAMES = {
  b'caf\xe9.mp4': 'caf_',  # Latin-1
  b'a' * 243 + b'.mp4': 'a' * 243,
  b'a' * 244 + b'.mp4': None,  # no room for _events.xlsx: another is cut for it
  b'\xe3\x81\x82' * 81 + b'.mp4': '\u3042' * 81,
  b'12:30:05.mp4': '12:30:05',  # no protocol
  b'-x.mp4': '-x',
  b'a\nb.mp4': 'a_b',
  b'%d.mp4': '%d',
}


def test_videos_of_any_name_are_answered(predict, tmp_path, monkeypatch):
  monkeypatch.chdir(tmp_path)
  whole = videos.write(tmp_path / 'v.mp4', videos.nodding(12)).read_bytes()
  for name in NAMES:
    (tmp_path / os.fsdecode(name)).write_bytes(whole)
  (tmp_path / 'v.mp4').unlink()
  out = tmp_path / os.fsdecode(b'answ\xe9rs')
  said = predict(*map(os.fsdecode, NAMES), out=out)
  said.encode('ascii', 'namereplace')
  assert len(said.splitlines()) == 2 * len(NAMES)
  wanted = {name for name in NAMES.values() if name}
  (cut,) = set(answers(out)) - wanted
  assert len(cut) == 243
  assert wanted < set(answers(out))
  assert 'caf\\udce9.mp4' in (out / 'caf_.html').read_text(encoding='utf-8')
  again = predict('.', out=out)
  assert again.count('is there already') == len(NAMES)
