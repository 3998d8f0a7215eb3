"""The one exception that a user is meant to see, and the checks that raise it."""

from collections.abc import Iterable


class InputError(Exception):
  """Bad input: a single line that names the file or field, what was found, the remedy.

  Entry points turn it into that line on standard error and exit code 2
  (`stc_jax.console.command_line`); everything else is a defect of ours and keeps its
  traceback.
  """


def require(condition: bool, field: str, value, must: str) -> None:
  """Checks a field of a configuration's section.

  Raises:
    InputError: names the field, its value, and what it `must` be; who reads the section
      adds its name.
  """
  if not condition:
    raise InputError(f'{field}: {value!r} must {must}')


def require_choice(field: str, value: str, choices: Iterable[str]) -> None:
  """Checks that a field names one of `choices`.

  Raises:
    InputError: it names something else.
  """
  if value not in choices:
    raise InputError(f'{field}: {value!r} is not one of {", ".join(choices)}')
