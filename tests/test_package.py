"""The package as Python's own tools see it."""

import importlib
import pkgutil

import stc_jax


def test_each_module_has_one_name():
  found = [
    module.name for module in pkgutil.walk_packages(stc_jax.__path__, 'stc_jax.')
  ]
  assert 'stc_jax.runs.config' in found
  assert not [name for name in found if name.count('stc_jax') > 1]
  builders = importlib.import_module('stc_jax.datasets.mmi')
  assert builders.__name__ == 'stc_jax.datasets.mmi'
