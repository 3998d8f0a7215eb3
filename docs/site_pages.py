"""Writes the pages of the site that are made from the program, into docs/generated.

`make docs` calls it. The command line comes from the verbs' own --help, the
configuration from launch/default.py, and some pages from Markdown files of the
repository, whose links are turned to the site's pages.
"""

import os
import pathlib
import re
import subprocess
import sys

from docs import configuration_page
from stc_jax.cli import verbs

HOME = pathlib.Path(__file__).resolve().parents[1]
MADE = HOME / 'docs' / 'generated'
DATASETS = sorted(path.parent.name for path in HOME.glob('datasets/*/README.md'))
# Pages that are files of the repository, by their name there.
INCLUDED = {
  'BUILD.md': 'design',
  'benchmarks/README.md': 'results/speed_tables',
  'benchmarks/RECIPE.md': 'results/recipe_search',
} | {f'datasets/{name}/README.md': f'guides/datasets/{name}' for name in DATASETS}
_FLAG = re.compile(r'^  --(\S+?): ', re.MULTILINE)
_LINK = re.compile(r'(!?\[[^\]]*\])\(([^)\s]+)\)')


def write() -> None:
  """Writes all generated pages; unchanged ones keep their time."""
  pages = {
    'reference/command_line': command_line(),
    'reference/configuration': configuration_page.text(),
  }
  pages |= {page: included(name) for name, page in INCLUDED.items()}
  for name, text in pages.items():
    path = MADE / f'{name}.md'
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding='utf-8') != text:
      path.write_text(text, encoding='utf-8')


def command_line() -> str:
  """The page of all verbs and their flags, in Markdown."""
  parts = [
    '# Command line\n\nThis page is made from the `--help` of each verb. '
    '`stc-jax VERB` and `python -m stc_jax.VERB` are the same; `train` is also called '
    '`stc_jax.main`, and `test` is `stc_jax.main --mode=test`.\n'
  ]
  for verb in verbs.VERBS:
    about, flags = flags_of(verb)
    parts += [f'## {verb}\n', about, _table(flags)]
    if verb == 'prepare':
      parts += _of_datasets(flags)
  return '\n'.join(parts)


def _of_datasets(shared: dict[str, str]) -> list[str]:
  """The parts on the flags that datasets have of their own."""
  parts = []
  for dataset in DATASETS:
    _, flags = flags_of('prepare', f'--dataset={dataset}')
    own = {name: words for name, words in flags.items() if name not in shared}
    if own:
      parts += [f'### prepare --dataset={dataset}\n', _table(own)]
  return parts


def flags_of(verb: str, *options: str) -> tuple[str, dict[str, str]]:
  """What a verb says to --help: its words, and its flags by name."""
  command = [sys.executable, '-m', 'stc_jax', verb, *options, '--help']
  environment = os.environ | {'PYTHONPATH': str(HOME)}
  done = subprocess.run(
    command, capture_output=True, text=True, check=True, cwd=HOME, env=environment
  )
  about, _, listed = done.stdout.partition('\nflags:\n')
  about = about.replace('\nother arguments: ', '\nOther arguments: ')
  _, *parts = _FLAG.split(listed)
  flags = dict(zip(parts[::2], parts[1::2], strict=True))
  return about, {name: ' '.join(words.split()) for name, words in flags.items()}


def _table(flags: dict[str, str]) -> str:
  rows = [
    f'| `--{name}` | {_cell(words.replace("-- ", "--"))} |'
    for name, words in flags.items()
  ]
  return '\n'.join(['', '| flag | meaning |', '|---|---|', *rows, ''])


def _cell(words: str) -> str:
  return words.replace('|', '\\|').replace('<', '&lt;').replace('*', '\\*')


def included(name: str) -> str:
  """A Markdown file of the repository as a page, with its links turned."""
  here = (MADE / INCLUDED[name]).parent
  text = (HOME / name).read_text(encoding='utf-8')

  def turned(match: re.Match) -> str:
    words, target = match.groups()
    if re.match(r'[a-z]+:|#', target):
      return match[0]
    path, _, anchor = target.partition('#')
    there = (HOME / name).parent.joinpath(path).resolve()
    known = str(there.relative_to(HOME))
    if known in INCLUDED:
      there = MADE / f'{INCLUDED[known]}.md'
    elif not there.is_file():
      return words.strip('[]')
    anchor = f'#{anchor}' if anchor else ''
    return f'{words}({os.path.relpath(there, here)}{anchor})'

  text = _LINK.sub(turned, text)
  if text.startswith('# '):
    return text
  return f'# {pathlib.Path(name).parent.name}\n\n{text}'
