"""README is short, its links lead somewhere, and its Python runs."""

import os
import pathlib
import re
import shutil

import cv2
import numpy as np
import pytest

from docs import configuration_page, measured
from stc_jax.launch import default

README = pathlib.Path('README.md')


def test_it_is_short():
  lines = README.read_text(encoding='utf-8').splitlines()
  assert len(lines) <= 150
  assert max(map(len, lines)) <= 100


def test_its_links_lead_to_files_and_headings():
  text = README.read_text(encoding='utf-8')
  found = re.findall(r'\]\((?!https?:)([^)#]*)#?([^)]*)\)', text)
  assert len(found) > 25
  for path, heading in found:
    assert pathlib.Path(path).exists(), path
    if heading:
      titles = re.findall(r'^#+ (.*)$', pathlib.Path(path).read_text('utf-8'), re.M)
      assert heading in {title.lower().replace(' ', '-') for title in titles}, heading


def test_the_tables_of_the_results_are_those_of_the_report():
  text = measured.PAGE.read_text(encoding='utf-8')
  for name in measured.TABLES:
    assert f'<!-- docs/study/{name} -->' in text
  assert measured.with_tables(text) == text


def test_its_figures_are_those_of_the_results():
  text, results = (path.read_text(encoding='utf-8') for path in (README, measured.PAGE))
  for figure in ('87.8 ± 0.4 %', '82.1 %', '69.2 %', '16.7 %', '5.7 points', '18.6'):
    assert figure in text, figure
    assert figure in results, figure


def test_the_page_of_the_configuration_explains_every_field():
  text, config = configuration_page.text(), default.get_config()
  for section, fields in config.items():
    for field in fields if hasattr(fields, 'keys') else ():
      row = re.search(rf'^\| `{section}\.{field}` \| `.*` \| (.*) \|$', text, re.M)
      assert row, (section, field)
      assert row[1] or field in ('height', 'width'), (section, field)


@pytest.mark.parametrize('page', ['README.md', 'docs/guides/python.md'])
def test_its_python_runs(page, finished, tmp_path, monkeypatch):
  blocks = re.findall(
    r'^```python\n(.*?)^```', pathlib.Path(page).read_text('utf-8'), re.M | re.S
  )
  assert blocks
  for run in ('demo', 'mine'):
    shutil.copytree(finished, tmp_path / 'runs' / run)
  monkeypatch.chdir(tmp_path)
  frames = np.random.default_rng(0).integers(0, 255, (6, 64, 64, 3), np.uint8)
  writer = cv2.VideoWriter('video.mp4', cv2.VideoWriter.fourcc(*'mp4v'), 25, (64, 64))
  for frame in frames:
    writer.write(frame)
  writer.release()
  names = {'frames': frames}
  for block in blocks:
    exec(compile(block, page, 'exec'), names)
  assert os.path.getsize('video.png') > 1000
