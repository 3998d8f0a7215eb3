"""Checks that the files of a run fit together."""

from collections.abc import Sequence

from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.protocols import ProtocolConfig
from stc_jax.models import notation
from stc_jax.models.registry import MODELS
from stc_jax.run_folder import layout
from stc_jax.typed_json import require_consistent
from stc_jax.validate import check_type, to_dataclass


def check(config: dict, trials: Sequence[dict]) -> None:
  """Checks the network, dataset and protocol, and that the trials are of one run.

  Raises:
    InputError: they don't fit together, or are of another version; names the file.
  """
  name = layout.CONFIG
  for section, kind in (('protocol', ProtocolConfig), ('dataset', DatasetConfig)):
    to_dataclass(f'{name}: {section}', config[section], kind, 'make the run again')
  network = config.get(config['model'])
  check_type(f'{name}: {config["model"]}', network, dict)
  if MODELS[config['model']].has_trunk:
    check_type(f'{name}: notation', network.get('notation'), str)
    notation.parse(network['notation'])
  places = [(trial['repeat'], trial['fold']) for trial in trials]
  require_consistent(len(set(places)) == len(places), 'trials: one is there twice')
  steps = sorted({len(trial['train_losses']) for trial in trials})
  require_consistent(len(steps) == 1, f'trials: train_losses are of {steps} steps')


def trial_label(trial: dict) -> str:
  """The file of a trial, in messages."""
  name = layout.trial_name(trial['repeat'], trial['fold'])
  return f'{layout.TRIALS}/{name}.json'
