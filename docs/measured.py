"""Copies tables and figures of a report to docs/study, and its accuracies to the site.

    python -m docs.measured --report=runs/study/report

A test compares the page of results with docs/study.
"""

import pathlib
import re
import shutil

from absl import flags

from stc_jax.cli import command_line
from stc_jax.errors import InputError

_REPORT = flags.DEFINE_string('report', None, 'The folder of a report.', required=True)
_HOME = pathlib.Path(__file__).parents[1]
PAGE = _HOME / 'docs' / 'results' / 'accuracy.md'
KEPT = _HOME / 'docs' / 'study'
TABLES = ('accuracy.md',)  # that the page shows
_KEPT = {
  'tables': ('accuracy.md', 'pairs.md'),
  'figures': ('classes.svg', 'layers.svg'),
}


def main() -> None:
  """Copies the files, and updates the page.

  Raises:
    InputError: the report lacks one of the files.
  """
  report = pathlib.Path(_REPORT.value)
  KEPT.mkdir(exist_ok=True)
  for folder, names in _KEPT.items():
    for name in names:
      try:
        shutil.copyfile(report / folder / name, KEPT / name)
      except FileNotFoundError as error:
        raise InputError(
          f'{report / folder / name}: not there; make the report of `make study`'
        ) from error
  PAGE.write_text(with_tables(PAGE.read_text(encoding='utf-8')), encoding='utf-8')


def with_tables(text: str) -> str:
  """Returns the page's text with the tables of docs/study between their marks."""
  for name in TABLES:
    table = (KEPT / name).read_text(encoding='utf-8').split('\n\n', 1)[1].strip()
    start, end = f'<!-- docs/study/{name} -->', f'<!-- end of {name} -->'
    pattern = re.compile(f'{re.escape(start)}.*?{re.escape(end)}', re.DOTALL)
    text = pattern.sub(lambda _: f'{start}\n{table}\n{end}', text)  # noqa: B023
  return text


if __name__ == '__main__':
  command_line.run(main)
