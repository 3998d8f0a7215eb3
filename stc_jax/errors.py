"""The one exception that a user is meant to see."""


class InputError(Exception):
  """Bad input: a single line that names the file or field, what was found, the remedy.

  Entry points turn it into that line on standard error and exit code 2
  (`stc_jax.command_line`); everything else is a defect of ours and keeps its traceback.
  """
