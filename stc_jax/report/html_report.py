"""The report as one HTML page that needs no other file, and the model card."""

import base64
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import jinja2
import numpy as np

from stc_jax.run_folder.finished_run import Run
from stc_jax.tasks import published
from stc_jax.tasks.clip_results import is_right
from stc_jax.tasks.figures import Picture
from stc_jax.tasks.table import Table, in_markdown
from stc_jax.tasks.task import Task

_TEMPLATES = jinja2.Environment(
  loader=jinja2.PackageLoader('stc_jax.report', 'templates'),
  autoescape=jinja2.select_autoescape(['html']),
  undefined=jinja2.StrictUndefined,
  trim_blocks=True,
  lstrip_blocks=True,
)
_TEMPLATES.filters['words'] = in_markdown
# A larger confusion matrix would not fit on the page.
_MOST_CLASSES = 30


class Section(NamedTuple):
  """The part of a report on the runs of one dataset.

  Attributes:
    title: the dataset's.
    caption: how the runs were trained.
    runs: in their order.
    tables, pictures: by the names of their files.
    strips: JPEGs of clips, by their names.
    strips_note: what a reader must know of the strips, or why there are none.
    hardest: clips with the mean probability of their label.
  """

  title: str
  caption: str
  runs: Sequence[Run]
  tables: Mapping[str, Table]
  pictures: Sequence[Picture]
  strips: Mapping[str, bytes]
  strips_note: str
  hardest: Sequence[tuple[str, float]]

  @property
  def task(self) -> Task:
    """Of the runs."""
    return self.runs[0].task

  @property
  def confusions(self) -> list[dict]:
    """The confusion matrix of each run that has one, with the misclassified clips."""
    tested = [run for run in self.runs if run.summary.get('confusion')]
    return [_confusion(run, f'{self.title} {i}') for i, run in enumerate(tested)]

  @property
  def addresses(self) -> dict[str, str]:
    """The strips as data URLs, by the names of their clips."""
    return {clip: address('image/jpeg', data) for clip, data in self.strips.items()}


def html(
  sections: Sequence[Section], missing: Sequence[str], tests: Sequence[Table]
) -> str:
  """Renders the page.

  Args:
    sections: on the runs of each dataset.
    missing: a line on each unfinished run.
    tests: tables of tests of finished models.
  """
  return _TEMPLATES.get_template('report.html').render(
    sections=sections, missing=missing, tests=tests, svg_address=_svg_address
  )


def model_card(sections: Sequence[Section]) -> str:
  """Renders the model card in Markdown: intended use, limits, metrics."""
  return _TEMPLATES.get_template('model_card.md').render(sections=sections)


def address(kind: str, data: bytes) -> str:
  """A picture as a data URL."""
  return f'data:{kind};base64,{base64.b64encode(data).decode()}'


def _svg_address(svg: str) -> str:
  return address('image/svg+xml', svg.encode())


def _confusion(run: Run, key: str) -> dict:
  """The matrix in percent of its rows, that of the paper, and misclassified clips.

  Of many classes only those are shown that are confused most.
  """
  every, counts = run.summary['classes'], np.array(run.summary['confusion'])
  shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
  errors = counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diag(counts)
  most = np.sort(np.argsort(-errors, kind='stable')[:_MOST_CLASSES])
  counts, shares = counts[np.ix_(most, most)], shares[np.ix_(most, most)]
  classes = [every[number] for number in most]
  place = {name: number for number, name in enumerate(classes)}

  def cell(row: dict) -> tuple[int, int]:
    return place[row['label']], place[row['predicted']]

  shown = (row for row in run.rows if {row['label'], row['predicted']} <= place.keys())
  wrong = sorted((row for row in shown if not is_right(row)), key=cell)
  cells = {
    f'{label} {said}': Counter(row['clip'] for row in rows)
    for (label, said), rows in itertools.groupby(wrong, key=cell)
  }
  of_paper = published.CONFUSIONS.get(run.database)
  beside = run.method == 'STC-NLSTM' and tuple(classes) == published.CLASSES
  return {
    'key': key,
    'name': run.name,
    'classes': classes,
    'left_out': len(every) - len(classes),
    'counts': counts.tolist(),
    'shares': shares.tolist(),
    'cells': cells,
    'paper': of_paper if beside else None,
  }
