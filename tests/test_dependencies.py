"""Imported packages are declared; installed ones are those of the constraints."""

import ast
import importlib.metadata
import importlib.util
import pathlib
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads(pathlib.Path('pyproject.toml').read_text(encoding='utf-8'))
PROJECT = PROJECT['project']
EXTRAS = PROJECT['optional-dependencies']
ON_CPU = [extra for extra in EXTRAS if extra not in ('beam', 'cuda')]
# Those whose module's name isn't the package's, where they aren't installed.
OTHERWISE_CALLED = {
  'cv2': 'opencv-python-headless',
  'skimage': 'scikit-image',
  'python_multipart': 'python-multipart',
  'apache_beam': 'apache-beam',
}
OFFERED = {'pandas'}  # tables are of it where the user has it


def requirements(lines):
  return [Requirement(line) for line in lines]


def pins(name):
  lines = pathlib.Path(name).read_text(encoding='utf-8').splitlines()
  found = requirements(line for line in lines if line and not line.startswith('#'))
  pinned = {}
  for one in found:
    (exact,) = one.specifier
    assert exact.operator == '==', one
    assert '*' not in exact.version, one
    assert canonicalize_name(one.name) not in pinned, f'{one} stands there twice'
    pinned[canonicalize_name(one.name)] = one
  return pinned


def needed(extras):
  """Names of all installed packages that ours needs, those of these extras included."""
  lines = [*PROJECT['dependencies'], *(line for e in extras for line in EXTRAS[e])]
  left, found = requirements(lines), set()
  while left:
    one = left.pop()
    name = canonicalize_name(one.name)
    seen = {(name, extra) for extra in one.extras or ('',)}
    if seen <= found:
      continue
    found |= seen | {(name, '')}
    try:
      its = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
      continue  # of an extra that isn't installed, or for another machine
    left += [
      more
      for more in requirements(its)
      if not more.marker
      or any(more.marker.evaluate({'extra': e}) for e in (*one.extras, ''))
    ]
  return {name for name, _ in found}


def test_every_installed_package_is_pinned_to_its_version():
  pinned, installed = pins('constraints.txt'), {}
  extras = ON_CPU
  if importlib.util.find_spec('apache_beam'):  # which lowers some packages
    pinned, extras = pinned | pins('constraints-beam.txt'), [*ON_CPU, 'beam']
  for name in needed(extras):
    try:
      installed[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
      assert name in pinned, f'{name} of an extra is not in constraints.txt'
  assert len(installed) > 80
  for name, version in installed.items():
    assert name in pinned, f'{name}=={version} is not in constraints.txt'
    assert pinned[name].specifier.contains(version), f'{name} {version} is installed'


def test_the_pins_satisfy_what_is_declared():
  pinned, on_cuda = pins('constraints.txt'), pins('constraints-cuda.txt')
  assert not pinned.keys() & on_cuda.keys()
  _check(pinned, [extra for extra in EXTRAS if extra != 'beam'])
  _check(pinned | pins('constraints-beam.txt'), EXTRAS)
  plugin = on_cuda['jax-cuda13-plugin'].specifier
  assert plugin == pinned['jax'].specifier == pinned['jaxlib'].specifier


def _check(pinned, extras):
  """Checks that the pins satisfy what the package and these extras declare."""
  lines = [*PROJECT['dependencies'], *(line for e in extras for line in EXTRAS[e])]
  for one in requirements(lines):
    (exact,) = pinned[canonicalize_name(one.name)].specifier
    assert one.specifier.contains(exact.version), (one, exact)


@pytest.mark.parametrize(
  ('rooms', 'extras'),
  [
    (('stc_jax', 'datasets', 'launch'), ('beam', 'export', 'hub', 'peer', 'web')),
    (('benchmarks', 'docs', 'tests'), tuple(ON_CPU)),
  ],
)
def test_every_imported_package_is_declared(rooms, extras):
  lines = [*PROJECT['dependencies'], *(line for e in extras for line in EXTRAS[e])]
  declared = {canonicalize_name(one.name) for one in requirements(lines)}
  paths = [path for room in rooms for path in pathlib.Path(room).rglob('*.py')]
  ours = {'stc_jax', 'launch', 'benchmarks', 'docs', *(path.stem for path in paths)}
  ours |= {path.parent.name for path in paths}
  owners = importlib.metadata.packages_distributions()
  for path in paths:
    for module in imported(path) - ours - OFFERED - sys.stdlib_module_names:
      names = owners.get(module) or [OTHERWISE_CALLED.get(module, module)]
      known = {canonicalize_name(name) for name in names}
      assert known & declared, f'{path} imports {module}; pyproject.toml lacks {names}'


def imported(path):
  """Top names of the modules that a file imports, those in functions included."""
  names = set()
  for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
    if isinstance(node, ast.Import):
      names |= {alias.name.partition('.')[0] for alias in node.names}
    elif isinstance(node, ast.ImportFrom) and not node.level:
      names.add(node.module.partition('.')[0])
  return names
