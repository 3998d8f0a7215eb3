"""The flag --config: a launch file, and fields set on the command line."""

from absl import flags
from ml_collections import ConfigDict, config_flags

from stc_jax import command_line
from stc_jax.errors import InputError

_CONFIG = config_flags.DEFINE_config_file(
  'config', None, 'The launch file, such as launch/synthetic.py.', lock_config=True
)
flags.mark_flag_as_required('config')


def path() -> str:
  """The launch file's, as given."""
  return config_flags.get_config_filename(flags.FLAGS['config'])


def read() -> ConfigDict:
  """Returns what the launch file and the command line set.

  Raises:
    InputError: the file can't be read, or makes something else.
  """
  config = _CONFIG.value
  try:
    config.to_dict()
  except (AttributeError, OSError) as error:
    raise InputError(
      f'--config={path()}: {command_line.one_line(error)}; name a file whose '
      'get_config() returns a ConfigDict, as those in launch/'
    ) from error
  return config
