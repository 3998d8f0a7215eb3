"""The package as Python's own tools see it."""

import importlib
import pathlib
import pkgutil
import subprocess
import sys
import tomllib

import stc_jax


def test_each_module_has_one_name():
  found = [
    module.name for module in pkgutil.walk_packages(stc_jax.__path__, 'stc_jax.')
  ]
  assert 'stc_jax.runs.config' in found
  assert not [name for name in found if name.count('stc_jax') > 1]
  for name in ('stc_jax.datasets.mmi', 'stc_jax.launch.mmi'):
    assert importlib.import_module(name).__name__ == name


def test_a_wheel_has_every_package_of_the_clone():
  declared = tomllib.loads(pathlib.Path('pyproject.toml').read_text('utf-8'))
  packages = set(declared['tool']['setuptools']['packages'])
  folders = declared['tool']['setuptools']['package-dir']
  for package, folder in folders.items():
    for path in pathlib.Path(folder).rglob('*.py'):
      inside = path.parent.relative_to(folder).parts
      assert '.'.join([package, *inside]) in packages, path


def test_importing_it_imports_nothing_heavy():
  code = 'import sys; before = set(sys.modules); import stc_jax; stc_jax.load'
  done = subprocess.run(
    [sys.executable, '-c', f'{code}; print(*{{*sys.modules}} - before)'],
    capture_output=True,
    text=True,
    check=True,
  )
  imported = {name.partition('.')[0] for name in done.stdout.split()}
  assert imported - sys.stdlib_module_names <= {'stc_jax'}
