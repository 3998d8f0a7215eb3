"""The commands of README.md, BUILD.md, the site and the datasets' pages."""

import pathlib
import re
import shlex
from collections.abc import Iterator

PAGES = [
  pathlib.Path('README.md'),
  pathlib.Path('BUILD.md'),
  *sorted(pathlib.Path('docs').rglob('*.md')),
  *sorted(pathlib.Path('datasets').glob('*/README.md')),
]
PAGES = [page for page in PAGES if 'generated' not in page.parts]
_SPAN = re.compile(r'`([^`]+)`')
_START = re.compile(r'(?:\S*/)?(?:python3? -m|stc-jax|make|pip install)\s')


def of_page(page: pathlib.Path) -> Iterator[list[str]]:
  """The commands of a page, each as its words, from the program's name on."""
  for text in sorted({*_lines(page.read_text(encoding='utf-8'))}):
    for part in re.split(r' && |; ', text):
      if found := _START.search(part):
        words = shlex.split(part[found.start() :].strip(), comments=True)
        words[0] = words[0].rpartition('/')[2]
        yield [word for word in words if word != '...']


def _lines(text: str) -> Iterator[str]:
  text = text.replace('\\\n', ' ')
  for line in text.splitlines():
    if line.startswith(('    ', 'python -m')):
      yield line.strip()
  prose = re.sub(r'^(    |python -m).*$', '', text, flags=re.MULTILINE)
  prose = re.sub(r'^```.*?^```', '', prose, flags=re.MULTILINE | re.DOTALL)
  for match in _SPAN.finditer(prose):
    yield ' '.join(match[1].split())
