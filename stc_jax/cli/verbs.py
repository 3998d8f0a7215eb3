"""The command `stc-jax VERB`: finds the verb's file and hands it the other arguments.

`python -m stc_jax.VERB` starts the same file. There `train` is called `stc_jax.main`,
`test` is `stc_jax.main --mode=test`, and `serve` is `stc_jax.predict --serve`.
"""

import difflib
import importlib
import sys
from typing import NoReturn

from stc_jax.cli import command_line

_PROGRAM = 'stc-jax'
# What each file does, for --help; no file is imported for that.
VERBS = {
  'prepare': 'makes a dataset for training from raw files',
  'train': 'trains and evaluates what a launch file describes',
  'test': 'tests a trained model on a prepared set that it never saw',
  'predict': 'predicts videos with a trained model',
  'serve': 'shows a page in the browser that predicts videos',
  'report': 'compares runs in one page, tables and figures',
  'export': 'writes a trained model as ONNX, StableHLO, or a folder to share',
  'benchmark': 'measures speed on this machine',
}


def main() -> NoReturn:
  """Starts the verb that stands first on the command line.

  Raises:
    SystemExit: with the verb's exit code; 2 where there is no such verb.
  """
  _, *arguments = sys.argv
  verb = arguments[0] if arguments else ''
  if verb in ('--help', '-h', '-help', 'help'):
    command_line.show(_usage())
    raise SystemExit(0)
  if verb not in VERBS:
    raise SystemExit(_refuse(verb))
  sys.argv = [f'{_PROGRAM} {verb}', *arguments[1:]]
  importlib.import_module(f'stc_jax.cli.{verb}').run()


def _usage() -> str:
  width = max(map(len, VERBS))
  lines = [f'  {verb:{width}}  {words}' for verb, words in VERBS.items()]
  return '\n'.join(
    [
      f'usage: {_PROGRAM} VERB --flag=value ...',
      '',
      *lines,
      '',
      f'{_PROGRAM} VERB --help shows the flags of a verb.',
    ]
  )


def _refuse(verb: str) -> int:
  """Prints one line on a verb that is missing or unknown; returns the exit code."""
  close = difflib.get_close_matches(verb, VERBS, n=1)
  remedy = f'did you mean {close[0]!r}?' if close else f'one of {", ".join(VERBS)}'
  said = f'no verb {verb!r}' if verb else 'a verb is missing'
  print(f'error: {_PROGRAM}: {said}; {remedy}', file=sys.stderr)
  return 2
