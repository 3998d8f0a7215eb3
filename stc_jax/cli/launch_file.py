"""The flag --config: a launch file, and fields set on the command line."""

from absl import flags
from ml_collections import ConfigDict, config_flags

from stc_jax.cli import command_line
from stc_jax.errors import InputError

_CONFIG = config_flags.DEFINE_config_file(
  'config',
  None,
  'The launch file: a path, such as launch/synthetic.py, or the name of one of ours, '
  'such as synthetic. A recipe may follow, as in launch/ck_plus.py:paper. '
  '--config.FIELD=VALUE sets one of its fields.',
  lock_config=True,
)


def is_given() -> bool:
  """Whether --config is on the command line."""
  return flags.FLAGS['config'].present > 0


def path() -> str:
  """The path of the launch file, as given."""
  return config_flags.get_config_filename(flags.FLAGS['config'])


def set_fields() -> list[str]:
  """The fields that the command line sets, such as 'training.batch_size'."""
  return list(config_flags.get_override_values(flags.FLAGS['config']))


def read() -> ConfigDict:
  """Returns the configuration of the launch file and the command line.

  Raises:
    InputError: there is no --config, or its file can't be read or returns no
      ConfigDict.
  """
  if not is_given():
    raise InputError('--config: missing; name a launch file, such as ck_plus')
  config = _CONFIG.value
  try:
    config.to_dict()
  except (AttributeError, OSError) as error:
    raise InputError(
      f'--config={path()}: {command_line.one_line(error)}; name a file whose '
      'get_config() returns a ConfigDict, or one of ours, such as synthetic'
    ) from error
  return config
