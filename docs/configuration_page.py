"""The page of all fields of the configuration, made from launch/default.py."""

import inspect
import re
from collections.abc import Iterator

from ml_collections import ConfigDict

from stc_jax.launch import default

_ASSIGNMENT = re.compile(r'  (?:config|section)\.([\w.]+) = .*?(?:  # (?P<words>.*))?')
_COMMENT = re.compile(r'  # (?P<words>.*)')
_SECTIONS = {
  'dataset': 'The prepared set, or several joined ones.',
  'task': 'What the network learns.',
  'input': 'What the network is shown.',
  'protocol': 'Which clips are for training and for tests.',
  'training': 'How the network is trained.',
  'execution': 'How a run is executed. No result depends on these fields.',
}


def text() -> str:
  """The page in Markdown: a table for each section, with every field."""
  config = default.get_config()
  meanings = dict(_meanings())
  parts = [
    '# Configuration\n\nThis page is made from `launch/default.py`. A launch file '
    'overrides these defaults, and the command line overrides both: '
    '`--config.training.batch_size=16`. A misspelt field is an error that names it.\n',
    '## Top level\n',
    _table({'model': config.model}, meanings, ''),
  ]
  for section, about in _SECTIONS.items():
    parts += [f'## {section}\n', about, _table(config[section], meanings, section)]
  parts.append('## Models\n\nThe section of the name in `model` is used.\n')
  for model in default.MODELS:
    parts += [f'### {model}\n', _table(config[model], meanings, model)]
  return '\n'.join(parts)


def _meanings() -> Iterator[tuple[str, str]]:
  """Each field, as `section.field` and as `field`, and the comment beside it."""
  for maker, function in vars(default).items():
    if not inspect.isfunction(function) or function.__module__ != default.__name__:
      continue
    for name, said in _fields(inspect.getsource(function)):
      yield name.rpartition('.')[2], said
      yield (name if '.' in name else f'{maker.strip("_")}.{name}'), said


def _fields(source: str) -> Iterator[tuple[str, str]]:
  """Each field that a function sets, and the comment before or behind it."""
  before: list[str] = []
  for line in source.splitlines():
    if comment := _COMMENT.fullmatch(line):
      before.append(comment['words'])
      continue
    if found := _ASSIGNMENT.fullmatch(line):
      yield found[1], ' '.join([*before, found['words'] or '']).strip()
    before = []


def _table(section: ConfigDict | dict, meanings: dict[str, str], prefix: str) -> str:
  rows = []
  for field, value in sorted(section.items()):
    name = f'{prefix}.{field}' if prefix else field
    said = meanings.get(name) or meanings.get(field, '')
    rows.append(f'| `{name}` | `{value!r}` | {_cell(said)} |')
  return '\n'.join(['', '| field | default | meaning |', '|---|---|---|', *rows, ''])


def _cell(words: str) -> str:
  """Words for a cell; names of fields and quoted values become code."""
  words = words.replace('|', '\\|').replace('*', '\\*')
  return re.sub(r"`[^`]*`|('[\w./]*')", lambda m: f'`{m[1]}`' if m[1] else m[0], words)
