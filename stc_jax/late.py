"""Modules that take seconds to import are imported once the flags are read.

So `--help` and a misspelt flag take little time.
"""

import importlib
from collections.abc import Sequence
from typing import Any

from stc_jax.errors import InputError

load = importlib.import_module


def load_with_extra(name: str, flag: str, extra: str, packages: Sequence[str]) -> Any:
  """Imports a module that needs packages of an extra.

  Args:
    name: of the module.
    flag: what the user asked for, such as '--serve'.
    extra: its name in pyproject.toml.
    packages: that come with it.

  Raises:
    InputError: one of the packages isn't installed.
  """
  try:
    return load(name)
  except ModuleNotFoundError as error:
    if error.name not in packages:
      raise
    raise InputError(
      f"{flag}: {error.name} is missing; pip install -e '.[{extra}]'"
    ) from error
