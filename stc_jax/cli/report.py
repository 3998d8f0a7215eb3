"""Reports on runs and studies: `stc-jax report --workdir=RUN_OR_STUDY`.

Writes report/index.html, which needs no network and no other file, and the same tables
as Markdown, CSV and LaTeX. Runs with the same folds and data are compared.
"""

from typing import NoReturn

from absl import flags

from stc_jax.cli import command_line, late
from stc_jax.errors import InputError

_WORKDIR = flags.DEFINE_multi_string(
  'workdir', [], 'The folder of a run or study; the flag may be repeated.'
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
  if _FEATURES.value:
    heatmaps = late.load('stc_jax.report.heatmaps')
    heatmaps.main(_WORKDIR.value[0], _FEATURES.value, _OUT.value)
    return
  late.load('stc_jax.report.command').main(
    _WORKDIR.value, _OUT.value, _FACES.value == 'yes', _NOTE.value
  )


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main)
