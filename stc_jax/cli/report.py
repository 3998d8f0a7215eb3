"""Reports on runs, studies and tests: `stc-jax report --workdir=RUN_OR_STUDY`.

Writes report/index.html, which needs no network and no other file, and the same tables
as Markdown, CSV and LaTeX. Runs with the same folds and data are compared. Tests
of finished models are one table: trained on, tested on.
"""

import pathlib
from typing import NoReturn

from absl import flags

from stc_jax import late
from stc_jax.cli import command_line, reporting
from stc_jax.console import terminal
from stc_jax.errors import InputError

_WORKDIR = flags.DEFINE_multi_string(
  'workdir', [], 'The folder of a run, study or test; the flag may be repeated.'
)
_OUT = flags.DEFINE_string(
  'out', '', "The folder of the report. Default: 'report' in the first --workdir."
)
_FACES = flags.DEFINE_enum(
  'faces',
  'yes',
  ['yes', 'no'],
  'Whether faces are shown; a page with --faces=no shows none.',
)
_NOTE = flags.DEFINE_string('note', '', 'A sentence that is added to every caption.')
_FEATURES = flags.DEFINE_string(
  'features',
  '',
  'A clip: draws the features of each conv layer of the first run for it, and the '
  'attribution of its decision, in place of the report.',
)


def main() -> None:
  """Writes the report, or draws the features of a clip.

  Raises:
    InputError: no --workdir.
  """
  if not _WORKDIR.value:
    raise InputError(
      '--workdir: missing; name a folder that python -m stc_jax.main made'
    )
  folders = [pathlib.Path(folder) for folder in _WORKDIR.value]
  where = pathlib.Path(_OUT.value) if _OUT.value else folders[0] / 'report'
  console = terminal.console(highlight=False, soft_wrap=True)
  if _FEATURES.value:
    heatmaps = late.load('stc_jax.report.heatmaps')
    stem = heatmaps.draw(folders[0], _FEATURES.value, where)
    console.print(f'features: {where}/{stem}.png, .gif')
    return
  faces = _FACES.value == 'yes'
  reporting.write_report(console, folders, where, faces, _NOTE.value)


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main)
