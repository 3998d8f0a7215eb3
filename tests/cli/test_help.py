"""--help and bad flags are answered fast, and equally by all entry points."""

import importlib
import os
import subprocess
import sys
import tomllib

import pytest
from command import refused, run

from stc_jax.cli import verbs

HEAVY = {'jax', 'sklearn', 'tensorflow_datasets', 'cv2', 'matplotlib'}
CPU_SECONDS = 2.0
ONLY_VERBS = {'serve', 'test'}
DOORS = {verb: f'stc_jax.{verb}' for verb in verbs.VERBS if verb not in ONLY_VERBS}
DOORS['train'] = 'stc_jax.main'
FLAGS = {
  'train': ('--config', '--workdir', '--processes'),
  'prepare': ('--dataset', '--manual_dir'),
  'test': ('--model', '--dataset', '--workdir'),
  'predict': ('--model', '--out', '--[no]serve', '--port'),
  'serve': ('--model', '--min_motion', '--port'),
  'report': ('--workdir', '--features'),
  'export': ('--model', '--format'),
  'benchmark': ('--config', '--peer'),
}


def helped(*argv):
  """Returns what a fresh process says, and the seconds of processor that it took."""
  before = os.times()
  done = subprocess.run(
    [sys.executable, '-X', 'importtime', '-m', *argv, '--help'],
    capture_output=True,
    text=True,
  )
  after = os.times()
  assert done.returncode == 0, done.stderr
  imported = {line.rpartition('|')[2].strip() for line in done.stderr.splitlines()}
  assert not HEAVY & imported
  seconds = after.children_user - before.children_user
  return done.stdout, seconds + after.children_system - before.children_system


@pytest.mark.parametrize('verb', verbs.VERBS)
def test_help_of_a_verb_is_immediate_and_the_same_through_both_doors(verb):
  said, seconds = helped('stc_jax', verb)
  assert seconds < CPU_SECONDS
  assert f'`stc-jax {verb} ' in said
  for flag in FLAGS[verb]:
    assert f'\n  {flag}:' in said, flag
  if verb in DOORS:
    assert helped(DOORS[verb])[0] == said


def test_help_names_every_verb_and_is_immediate():
  said, seconds = helped('stc_jax')
  assert seconds < CPU_SECONDS
  for verb, words in verbs.VERBS.items():
    assert f'  {verb} ' in said
    assert words in said


def test_what_is_unknown_is_one_line():
  refused(run('stc_jax'), ('a verb is missing', *verbs.VERBS))
  refused(run('stc_jax', 'predct'), ("'predct'", "did you mean 'predict'"))
  for door in (('stc_jax', 'predict'), ('stc_jax.predict',)):
    said = run(*door, '--modle=x')
    refused(said, ('modle', 'model'))
  refused(run('stc_jax', 'serve', '--model=x', 'video.mp4'), 'video.mp4')


def test_the_script_is_declared():
  with open('pyproject.toml', 'rb') as file:
    scripts = tomllib.load(file)['project']['scripts']
  module, _, function = scripts['stc-jax'].partition(':')
  assert getattr(importlib.import_module(module), function) is verbs.main
