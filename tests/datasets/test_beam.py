"""Preparing by Apache Beam, with the extra `beam` and without."""

import dataclasses
import importlib.util
import os
import pickle
import re
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest
from command import fails, succeeds

from stc_jax.data import catalogue
from stc_jax.datasets.recorded.builder import AlignedClipsBuilder

PREPARE = ('stc_jax.prepare', '--dataset=clip_folder')
PIPELINE = (
  '--beam_pipeline_options=--runner=DirectRunner,'
  '--direct_running_mode=multi_processing,--direct_num_workers=2'
)
RENDERED = {'synthetic_faces'}  # takes no pipeline
needs_beam = pytest.mark.skipif(
  not importlib.util.find_spec('apache_beam'), reason='needs the extra `beam`'
)


def write_clips(root, count, frames):
  """Clips of one grey each; the last lacks its first image's bytes."""
  for number in range(count):
    folder = root / ('joy', 'awe')[number % 2] / f's{number % 9}_{number}'
    folder.mkdir(parents=True)
    image = np.full((32, 32, 3), number % 256, np.uint8)
    image[0, 0] = number // 256
    assert cv2.imwrite(str(folder / '0.png'), image)
    for i in range(1, frames):
      os.link(folder / '0.png', folder / f'{i}.png')
  (folder / '0.png').unlink()
  (folder / '0.png').write_bytes(b'')
  return root


@needs_beam
@pytest.mark.slow
def test_a_killed_pipeline_continues_to_the_bytes_of_a_local_preparation(tmp_path):
  clips, data = write_clips(tmp_path / 'clips', 600, 12), tmp_path / 'data'
  source = (*PREPARE, f'--manual_dir={clips}', '--max_bad_clips=1')
  command = [sys.executable, '-m', *source, f'--data_dir={data}', PIPELINE]
  with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
    until = time.monotonic() + 60
    # Two shards: that of the clip that can't be read is made again.
    while len(list(data.rglob('unfinished*/*.json'))) < 2 and time.monotonic() < until:
      time.sleep(0.001)
    process.kill()
  done = {path.stat().st_ino for path in data.rglob('*.array_record')}
  assert done
  subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
  made = data / 'clip_folder' / 'default' / '1.1.0'
  succeeds(*source, f'--data_dir={tmp_path / "local"}')
  expected = tmp_path / 'local' / 'clip_folder' / 'default' / '1.1.0'
  report = (expected / 'preparation_report.csv').read_text(encoding='utf-8')
  assert re.search(r'refused: .*0\.png: an empty file', report)
  names = sorted(path.name for path in expected.iterdir())
  assert sum('array_record' in name for name in names) == 5
  assert sorted(path.name for path in made.iterdir()) == names
  for name in names:
    assert (made / name).read_bytes() == (expected / name).read_bytes(), name
  # A shard that was finished before the kill is the same file.
  assert done & {path.stat().st_ino for path in made.iterdir()}


@needs_beam
@pytest.mark.parametrize(
  ('given', 'naming'),
  [
    ('--runner=Nobody', 'Unexpected pipeline runner: Nobody'),
    ('--nonsense=3', 'no option --nonsense'),
    ('DirectRunner', 'no option DirectRunner'),
    ('--direct_num_workers=x', "direct_num_workers: invalid int value: 'x'"),
  ],
)
def test_wrong_options_of_a_pipeline_are_named(tmp_path, given, naming):
  where = (f'--manual_dir={tmp_path.parent}', f'--data_dir={tmp_path / "data"}')
  fails(*PREPARE, *where, f'--beam_pipeline_options={given}', naming=naming)


@pytest.mark.parametrize('name', sorted({*catalogue.known_datasets()} - RENDERED))
def test_a_builder_is_the_same_in_a_worker(tmp_path, name):
  kind = catalogue.builder_class(name)
  assert issubclass(kind, AlignedClipsBuilder)
  builder = kind(data_dir=tmp_path, options={'workers': 3, 'max_gap': 2})
  again = pickle.loads(pickle.dumps(builder))
  assert dataclasses.asdict(again.options) == dataclasses.asdict(builder.options)
  assert again.options.workers == 3
  assert again.alignment == builder.alignment
  assert again.work_folder == builder.work_folder
  assert repr(again.features()) == repr(builder.features())


def test_without_beam_the_extra_is_named(tmp_path):
  absent = "raise ModuleNotFoundError('no apache_beam', name='apache_beam')\n"
  (tmp_path / 'apache_beam.py').write_text(absent)
  where = (f'--manual_dir={tmp_path}', f'--data_dir={tmp_path / "data"}')
  fails(
    *(*PREPARE, *where, PIPELINE),
    env=os.environ | {'PYTHONPATH': str(tmp_path)},
    naming=('apache_beam is missing', "pip install -e '.[beam]'"),
  )


def test_a_rendered_set_takes_no_pipeline(tmp_path):
  rendered = ('stc_jax.prepare', '--dataset=synthetic_faces', f'--data_dir={tmp_path}')
  fails(*rendered, PIPELINE, naming='synthetic_faces is made in one process')
