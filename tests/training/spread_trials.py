"""Spreads each of two trials over several devices; run as a process.

In float64. Prints the groups of devices that speak to each other, and what the trials
came to.
"""

import dataclasses
import json
import re
import sys
from unittest import mock

import jax
import jax.numpy as jnp
from small import programs

from stc_jax.models import config
from stc_jax.training import state

# Plain descent: any wrong factor of the gradient shows.
TRAINING = dataclasses.replace(
  programs.TRAINING, optimizer='sgd', gradient_clip=0.0, stages=((6, 0.1),)
)


def main(per_trial: int) -> None:
  jax.config.update('jax_enable_x64', True)
  with (
    mock.patch.dict(config.DTYPES, {'float32': jnp.float64}),
    mock.patch.object(jnp, 'float32', jnp.float64),
    mock.patch('stc_jax.training.programs.create', in_double),
  ):
    report = spread(per_trial)
  json.dump(report, sys.stdout)


def in_double(*arguments) -> state.TrainState:
  """A fresh state whose every real number is float64."""
  return jax.tree.map(
    lambda leaf: leaf.astype(float) if leaf.dtype.kind == 'f' else leaf,
    state.create(*arguments),
  )


def spread(per_trial: int) -> dict:
  tiny = programs.tiny(TRAINING)
  made = programs.programs(2, tiny, TRAINING, devices_per_trial=per_trial)
  states, scores = programs.train(made, tiny, [0, 5])
  text = made.train_chunk.as_text() + made.predict.as_text()
  groups = re.findall(r'replica_groups=(\{\{.*?\}\}|\[[^ ]*)', text)
  leaves = jax.tree.leaves((states.params, states.batch_stats))
  return {
    'devices': jax.device_count(),
    'of_a_step': programs.collectives(made.train_chunk.as_text()),
    'groups': sorted(set(groups)),
    'dtypes': sorted({str(leaf.dtype) for leaf in leaves}),
    'losses': states.curves['loss'].tolist(),
    'scores': scores.tolist(),
    'sums': [float(abs(leaf).sum()) for leaf in leaves],
  }


if __name__ == '__main__':
  main(int(sys.argv[1]))
