"""The published figures by themselves, and against the paper's digest where that is."""

import pathlib
import re

import numpy as np
import pytest

from stc_jax.tasks import published

PAPER = pathlib.Path(__file__).parents[3] / 'shared' / 'paper.md'
SETS = {'CK+': 'ck_plus', 'Oulu-CASIA': 'oulu_casia', 'MMI': 'mmi'}
NUMBER = r'\d+(?:\.\d+)?'


@pytest.fixture(scope='module')
def paper() -> str:
  if not PAPER.exists():
    pytest.skip('the digest of the paper is not part of the repository')
  return PAPER.read_text(encoding='utf-8')


def listed(paper: str, heading: str) -> dict[str, tuple[float, ...]]:
  """'**heading**: method 1.2, **method 3.4 +- 0.5**' as numbers by method."""
  text = paper.split(f'**{heading}**:')[1].split('\n\n')[0].replace('*', '')
  found = {}
  for entry in ' '.join(text.split()).split(', '):
    method, numbers = re.fullmatch(
      rf'(.+?) ({NUMBER}(?: \+- {NUMBER})?)', entry
    ).groups()
    found[method] = tuple(map(float, numbers.split(' +- ')))
  return found


@pytest.mark.parametrize('name', published.CONFUSIONS)
def test_confusions_agree_with_the_accuracy(name):
  rows = np.array(published.CONFUSIONS[name])
  np.testing.assert_allclose(rows.sum(axis=1), 100)
  right = rows.diagonal()
  assert right.min() < published.REPORTED[name]['STC-NLSTM'] < right.max()


@pytest.mark.parametrize(('heading', 'name'), SETS.items())
def test_accuracies_are_the_paper_s(paper, heading, name):
  said = listed(paper, heading)
  ours = published.QUOTED[name] | published.REPORTED[name]
  assert {method: numbers[0] for method, numbers in said.items()} == ours
  assert said['STC-NLSTM'][1] == published.DEVIATIONS[name]


@pytest.mark.parametrize(('heading', 'name'), SETS.items())
def test_confusions_are_the_paper_s(paper, heading, name):
  table = paper.split(f'| {heading} | An |')[1].split('\n\n')[0].splitlines()[2:]
  rows = [tuple(map(float, line.strip('| ').split('|')[1:])) for line in table]
  assert tuple(rows) == published.CONFUSIONS[name]
  assert len(rows) == len(published.CLASSES)


def test_action_units_and_counts_are_the_paper_s(paper):
  said = listed(paper, 'BP4D test, mean F1')
  assert {name: value for name, (value,) in said.items()} == published.DETECTION['bp4d']
  counts = dict(
    re.findall(r'^\| (CK\+|Oulu-CASIA|MMI)(?: \(.*?\))? \|.* (\d+) \|$', paper, re.M)
  )
  assert {SETS[k]: int(v) for k, v in counts.items()} == published.SEQUENCES
