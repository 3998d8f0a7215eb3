"""Every command of README, BUILD and the site has flags and fields that exist."""

import functools
import importlib.util
import pathlib
import re
import sys
import tomllib

import pytest
from absl import flags
from ml_collections import config_flags

from docs import site_pages
from stc_jax.cli import arguments, verbs
from stc_jax.runs import study
from stc_jax.runs.config import from_sections

spec = importlib.util.spec_from_file_location(
  'commands', pathlib.Path(__file__).with_name('commands.py')
)
commands = importlib.util.module_from_spec(spec)
spec.loader.exec_module(commands)

ALL = [(page, words) for page in commands.PAGES for words in commands.of_page(page)]
NAMES = {'main': 'train'}  # of verbs, as `python -m stc_jax.main`


@functools.cache
def known_flags(verb, *options):
  names = site_pages.flags_of(verb, *options)[1]
  return {n.removeprefix('[no]') for n in names} | {
    n.replace('[no]', 'no') for n in names
  }


def verb_of(words):
  """The verb of a command, or None, and its arguments."""
  if words[0] == 'stc-jax' and len(words) > 1:
    return words[1], words[2:]
  if words[1:2] == ['-m'] and words[2].startswith('stc_jax.'):
    verb = words[2].removeprefix('stc_jax.')
    return NAMES.get(verb, verb), words[3:]
  return None, []


def test_there_are_many():
  assert len(ALL) > 80
  assert {words[0] for _, words in ALL} >= {'python', 'make', 'stc-jax', 'pip'}


@pytest.mark.slow
def test_each_verb_knows_its_flags():
  for page, words in ALL:
    verb, rest = verb_of(words)
    if verb in verbs.VERBS:
      given = [w for w in rest if w.startswith('--') and w != '--help']
      dataset = [w for w in given if re.fullmatch(r'--dataset=[a-z]\w+', w)]
      known = known_flags(verb, *(w for w in dataset if w != '--dataset=mine'))
      for word in given:
        name = word[2:].partition('=')[0]
        field = name.startswith('config.') and 'config' in known
        assert field or name in known, (page, words, name)
    elif verb and verb not in ('VERB', '--help'):
      assert importlib.util.find_spec(f'stc_jax.{verb}'), (page, words)


@pytest.mark.filterwarnings('ignore:the load_module')  # of ml_collections
def test_each_configuration_is_valid(monkeypatch):
  checked = 0
  for page, words in ALL:
    argv = ['x', *(w for w in words if w.startswith(('--config=', '--config.')))]
    path = argv[1].partition('=')[2] if len(argv) > 1 else ''
    own = ('mine', 'squares', 'tiny')  # launch files that a page tells how to write
    if not path or any(name in path for name in own):
      continue
    argv = arguments.prepared(argv)
    monkeypatch.setattr(sys, 'argv', argv)
    values = flags.FlagValues()
    found = config_flags.DEFINE_config_file('config', flag_values=values)
    values(argv)
    sections = found.value.to_dict()
    if 'study' in sections:
      assert study.experiments(sections), (page, words)
    else:
      from_sections(sections)
    checked += 1
  assert checked > 20


def test_each_other_program_has_its_flags():
  for page, words in ALL:
    if words[1:2] != ['-m'] or verb_of(words)[0] in (*verbs.VERBS, 'VERB'):
      continue
    path = words[2].replace('.', '/').replace('stc_jax/datasets', 'datasets')
    if path.partition('/')[0] in ('pytest', 'venv', 'sphinx', 'apache_beam'):
      continue
    (file,) = [
      file
      for file in (pathlib.Path(f'{path}.py'), pathlib.Path('tests', f'{path}.py'))
      if file.exists()
    ] or [None]
    assert file, (page, words)
    text = file.read_text(encoding='utf-8')
    for word in words[3:]:
      if word.startswith('--') and not word.startswith('--config'):
        assert f"{word[2:].partition('=')[0]}'" in text, (page, words)


def test_each_goal_of_make_and_each_extra_exists():
  makefile = pathlib.Path('Makefile').read_text(encoding='utf-8')
  goals = set(re.findall(r'^([\w-]+):', makefile, re.MULTILINE))
  project = tomllib.loads(pathlib.Path('pyproject.toml').read_text(encoding='utf-8'))
  extras = project['project']['optional-dependencies']
  for page, words in ALL:
    if words[0] == 'make':
      named = {word for word in words[1:] if re.fullmatch(r'[a-z-]+', word)}
      assert named <= goals, (page, words)
    if words[0] == 'pip':
      for word in words:
        if found := re.fullmatch(r'\.\[(.*)\]', word):
          assert set(found[1].split(',')) <= extras.keys(), (page, words)
        if word.startswith('constraints'):
          assert pathlib.Path(word).exists(), (page, words)
