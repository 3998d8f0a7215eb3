"""Run in a process of its own: spreads each of two trials over so many devices.

In float64. Prints the groups of devices that speak to each other, and what the trials
came to.
"""

import json
import re
import sys
from unittest import mock

import jax
import jax.numpy as jnp
import programs

from stc_jax.models import config

STEPS = 6


def main(per_trial: int) -> None:
  jax.config.update('jax_enable_x64', True)
  double = {'float32': jnp.float64}
  with (
    mock.patch.dict(config.DTYPES, double),
    mock.patch.object(jnp, 'float32', jnp.float64),
  ):
    report = spread(per_trial)
  json.dump(report, sys.stdout)


def spread(per_trial: int) -> dict:
  tiny = programs.tiny()
  made = programs.programs(2, tiny, devices_per_trial=per_trial)
  states, scores = programs.train(made, tiny, [0, 5])
  text = made.train_chunk.as_text() + made.predict.as_text()
  groups = set(re.findall(r'replica_groups=(\{\{.*?\}\}|\[[^ ]*)', text))
  return {
    'devices': jax.device_count(),
    'groups': sorted(groups),
    'dtypes': sorted({str(leaf.dtype) for leaf in jax.tree.leaves(states.params)}),
    'losses': states.curves['loss'].tolist(),
    'scores': scores.tolist(),
    'norms': [float(abs(leaf).sum()) for leaf in jax.tree.leaves(states.params)],
  }


if __name__ == '__main__':
  main(int(sys.argv[1]))
