"""The Dockerfile names files, extras and goals that exist; no image is built here."""

import pathlib
import re
import tomllib

TEXT = pathlib.Path('Dockerfile').read_text(encoding='utf-8')
MAKEFILE = pathlib.Path('Makefile').read_text(encoding='utf-8')


def test_what_it_names_exists():
  constraints = re.findall(r'-c (\S+)', TEXT)
  assert set(constraints) == {'constraints.txt', 'constraints-cuda.txt'}
  assert all(pathlib.Path(name).exists() for name in constraints)
  project = tomllib.loads(pathlib.Path('pyproject.toml').read_text(encoding='utf-8'))
  (extra,) = re.findall(r"'\.\[(\w+)\]'", TEXT)
  assert extra in project['project']['optional-dependencies']
  (python,) = re.findall(r'^FROM python:(\d\.\d+)-', TEXT, re.MULTILINE)
  assert python == '3.11'  # that constraints.txt was tested on


def test_make_takes_what_is_installed_for_its_own():
  (stamp,) = re.findall(r'^DEMO_STAMP := \$\(VENV\)/(\S+)$', MAKEFILE, re.MULTILINE)
  assert f'touch .venv/{stamp}' in TEXT
  (goal, run) = re.findall(r'CMD \["make", "(\w+)", "(\w+)=/data/', TEXT)[0]
  assert f'\n{goal}: ' in MAKEFILE
  assert f'\n{run} ?= ' in MAKEFILE
