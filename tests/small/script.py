"""Runs a program of tests/training in a process of its own."""

import json
import os
import pathlib
import subprocess
import sys
from typing import Any

TESTS = pathlib.Path(__file__).parents[1]


def report(program: str, *argv: str, devices: int, flags: str = '') -> Any:
  """Returns what the program prints, as JSON.

  A sum's last digit depends on the number of threads, which is fixed here.
  """
  flags += f' --xla_force_host_platform_device_count={devices}'
  done = subprocess.run(
    [sys.executable, str(TESTS / 'training' / program), *argv],
    env=os.environ | {'XLA_FLAGS': flags, 'NPROC': '4', 'PYTHONPATH': python_path()},
    capture_output=True,
    text=True,
    check=True,
    timeout=300,
  )
  return json.loads(done.stdout)


def python_path() -> str:
  """Where programs find the tests' modules and `benchmarks`."""
  return os.pathsep.join([str(TESTS), str(TESTS.parent)])
