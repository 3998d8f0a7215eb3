"""Trains one trial in several processes, in float64; the first prints the result.

Arguments: where frames lie, the coordinator ('' for one process), how many, which.
"""

import json
import sys
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np
import spread_trials
from small import programs

from stc_jax.models import config
from stc_jax.training import hosts

CHUNKS = 2


def main(where: str, coordinator: str, count: str, number: str) -> None:
  jax.config.update('jax_enable_x64', True)
  if coordinator:
    jax.distributed.initialize(coordinator, int(count), int(number))
  with (
    mock.patch.dict(config.DTYPES, {'float32': jnp.float64}),
    mock.patch.object(jnp, 'float32', jnp.float64),
    mock.patch('stc_jax.training.programs.create', spread_trials.in_double),
  ):
    found = trained(where)
  if hosts.is_first():
    print(json.dumps(found))


def trained(where: str) -> dict:
  tiny = programs.tiny(spread_trials.TRAINING)
  parts = jax.device_count()
  placement = tiny.on_device() if where == 'device' else tiny.on_host(parts)
  made = programs.programs(
    1, tiny, spread_trials.TRAINING, devices_per_trial=parts, placement=placement
  )
  states, scores = programs.train(made, tiny, [5], placement=placement)
  return {
    'devices': jax.device_count(),
    'processes': jax.process_count(),
    'losses': states.curves['loss'].tolist(),
    'scores': scores.tolist(),
    'sums': [float(np.abs(leaf).sum()) for leaf in jax.tree.leaves(states.params)],
  }


if __name__ == '__main__':
  main(*sys.argv[1:])
