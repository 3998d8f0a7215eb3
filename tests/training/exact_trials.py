"""Prints digests of trained trials, compiled as for users; run as a process.

Prints, for each place of the frames, what trial 33 alone and in a stack of three came
to.
"""

import dataclasses
import hashlib
import json
import sys

import jax
from small import programs
from small.programs import TRAINING

WAVES = {'alone': [33], 'stacked': [7, 0, 33]}


def main() -> None:
  training = dataclasses.replace(TRAINING, stages=((15, 0.003), (5, 0.0003)))
  tiny = programs.tiny(training)
  found = {}
  for place, placement in {'device': tiny.on_device(), 'host': tiny.on_host()}.items():
    for name, wave in WAVES.items():
      made = programs.programs(len(wave), tiny, training, placement=placement)
      trained = programs.train(made, tiny, wave, training.steps, placement)
      found[f'{place}, {name}'] = [digest(trained, i) for i in range(len(wave))]
  json.dump(found, sys.stdout)


def digest(trained, number: int) -> str:
  """Changes with any bit of one trial's state or scores."""
  leaves = jax.tree.leaves(jax.tree.map(lambda leaf: leaf[number], trained))
  return hashlib.sha256(b''.join(leaf.tobytes() for leaf in leaves)).hexdigest()


if __name__ == '__main__':
  main()
