"""Compiles and trains 40 trials for 4 devices; run as a process.

Prints the operations that must not be there, and a digest of every trial's outcome.
"""

import hashlib
import json
import re
import sys

import jax
import numpy as np
from small import programs


def main() -> None:
  tiny = programs.tiny()
  made = programs.programs(40, tiny)
  text = '\n'.join(p.as_text() for p in (made.init, made.train_chunk, made.predict))
  states, scores = programs.train(made, tiny, range(40))
  leaves = [np.ascontiguousarray(leaf) for leaf in jax.tree.leaves((states, scores))]
  report = {
    'devices': jax.device_count(),
    'collectives': programs.collectives(text),
    'grouped': re.findall(r'(?:feature|batch)_group_count=(?!1\b)\d+', text),
    'trials': [
      hashlib.sha256(b''.join(leaf[i].tobytes() for leaf in leaves)).hexdigest()
      for i in range(40)
    ],
  }
  json.dump(report, sys.stdout)


if __name__ == '__main__':
  main()
