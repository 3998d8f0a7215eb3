"""Pictures and pages of many classes stay small."""

import pathlib
import xml.etree.ElementTree

import cv2
import numpy as np
import pytest

from stc_jax import plots
from stc_jax.report import html_report
from stc_jax.run_folder.finished_run import Run
from stc_jax.tasks import figures, pictures

CLASSES = [f'class {number}' for number in range(60)]


@pytest.fixture(scope='module')
def run():
  """Classes 50 to 59 are told as the one before them, 20 times; the others once."""
  counts = 80 * np.eye(len(CLASSES), dtype=int)
  for number in range(1, len(CLASSES)):
    counts[number, number - 1] = 20 if number >= 50 else 1
  rows = [
    {'clip': f'{truth} {said}', 'label': truth, 'predicted': said}
    for truth, of_truth in zip(CLASSES, counts, strict=True)
    for said, count in zip(CLASSES, of_truth, strict=True)
    for _ in range(count)
  ]
  summary = {
    'model': 'stc_nlstm',
    'dataset': 'clips',
    'classes': CLASSES,
    'confusion': counts.tolist(),
    'class_accuracy': dict.fromkeys(CLASSES, 0.8),
    'trials': 1,
    'trial_accuracy_mean': 0.8,
  }
  return Run(
    name='run',
    method='STC',
    folder=pathlib.Path('run'),
    config={'dataset': {'name': 'clips'}, 'task': {'kind': 'classification'}},
    summary=summary,
    **{file: {} for file in ('dataset', 'environment', 'execution', 'timings')},
    trials=[{'repeat': 0, 'fold': 0, 'predictions': rows}],
    folds='',
  )


def test_the_confusion_s_picture(run, tmp_path):
  plots.save_png(pictures.confusion(run.summary), tmp_path / 'confusion.png')
  picture = cv2.imread(str(tmp_path / 'confusion.png'))
  assert max(picture.shape) < 3000  # 7080 with words in its cells
  blue, green, red = np.moveaxis(picture.astype(int), -1, 0)
  full = (blue > red + 60) & (blue > green)  # 80 % and more, not white, not grey
  assert full.any(axis=0).sum() > 2000 * 0.8  # the diagonal goes from side to side
  assert full.any(axis=1).sum() > 2000 * 0.8


def test_the_names_of_bars_stand_upright_when_they_are_many(run):
  drawn = figures.class_bars([run])
  assert drawn.count('rotate(-90)') >= len(CLASSES)
  width = xml.etree.ElementTree.fromstring(drawn).get('width').removesuffix('pt')
  assert 10 * len(CLASSES) < float(width) <= 24 * 72


def test_the_page_s_matrix_is_of_the_most_confused(run):
  section = html_report.Section('clips', '', [run], {}, [], {}, '', [])
  (found,) = section.confusions
  assert found['left_out'] == 30
  assert found['classes'][-11:] == CLASSES[-11:]
  first = found['classes'].index('class 58')
  assert found['counts'][first][first - 1] == 20
  assert found['shares'][first][first - 1] == 20
  assert found['cells'][f'{first} {first - 1}'] == {'class 58 class 57': 20}
  assert np.shape(found['counts']) == (30, 30)
