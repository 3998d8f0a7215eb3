"""A table, as Markdown, CSV and LaTeX."""

import csv
import dataclasses
import io
import re
from collections.abc import Sequence

# Markdown's special characters; an underscore within a word is plain text.
_MARKS = re.compile(r'[\\`*\[\]|~#]|(?<!\w)_|_(?!\w)')
_LATEX = {
  '\\': r'\textbackslash{}',
  '&': r'\&',
  '%': r'\%',
  '$': r'\$',
  '#': r'\#',
  '_': r'\_',
  '{': r'\{',
  '}': r'\}',
  '~': r'\textasciitilde{}',
  '^': r'\textasciicircum{}',
  '±': r'$\pm$',
}


@dataclasses.dataclass(frozen=True)
class Table:
  """A table of text; the first column names the rows.

  Attributes:
    name: of its files.
    title: above the table.
    columns, rows: each row has a cell for each column.
    notes: below the table; they explain its figures.
  """

  name: str
  title: str
  columns: Sequence[str]
  rows: Sequence[Sequence[str]]
  notes: str = ''

  def markdown(self) -> str:
    """Markdown with title and notes."""
    lines = [_line(self.columns), _line(['---'] * len(self.columns))]
    lines += [_line(row) for row in self.rows]
    parts = f'## {in_markdown(self.title)}', '\n'.join(lines), in_markdown(self.notes)
    return '\n\n'.join(filter(None, parts)) + '\n'

  def csv(self) -> str:
    """CSV: the columns, then the rows."""
    out = io.StringIO()
    csv.writer(out, lineterminator='\n').writerows([self.columns, *self.rows])
    return out.getvalue()

  def latex(self) -> str:
    """LaTeX: a `tabular` with its caption; needs the package booktabs."""
    # {}: otherwise `[` at the start of a row is an option of the line break before it.
    rows = ['{}' + ' & '.join(map(_escaped, row)) + r' \\' for row in self.rows]
    return '\n'.join(
      [
        r'\begin{table}',
        r'\centering',
        rf'\caption{{{_escaped(self.title)}}}',
        rf'\begin{{tabular}}{{l{"r" * (len(self.columns) - 1)}}}',
        r'\toprule',
        ' & '.join(map(_escaped, self.columns)) + r' \\',
        r'\midrule',
        *rows,
        r'\bottomrule',
        r'\end{tabular}',
        rf'\par\footnotesize {_escaped(self.notes)}',
        r'\end{table}',
        '',
      ]
    )


def percent(share: float | None, digits: int = 1) -> str:
  """A share in percent, without the sign; '' for None."""
  return '' if share is None else f'{100 * share:.{digits}f}'


def number(value: float | None, form: str) -> str:
  """A number in a format's form; '' for None."""
  return '' if value is None else format(value, form)


def _line(cells: Sequence[str]) -> str:
  return f'| {" | ".join(map(in_markdown, cells))} |'


def in_markdown(words: str) -> str:
  """Escapes text for one line of Markdown."""
  marked = _MARKS.sub(r'\\\g<0>', ' '.join(words.split()))
  return marked.replace('&', '&amp;').replace('<', '&lt;')


def _escaped(words: str) -> str:
  return ''.join(_LATEX.get(letter, letter) for letter in words)
