"""Reports: `python -m stc_jax.report --workdir=RUN_OR_STUDY`.

Writes report/index.html, which needs no network and no other file, and the same tables
as Markdown, CSV and LaTeX. Several runs are compared, where their folds are the same.
"""

import importlib

from absl import flags

from stc_jax.console import command_line
from stc_jax.errors import InputError

_WORKDIR = flags.DEFINE_multi_string(
  'workdir', [], 'The folder of a run or of a study; may be given several times.'
)
_OUT = flags.DEFINE_string(
  'out', '', "Where to; 'report' in the first --workdir, if not given."
)
_FACES = flags.DEFINE_enum(
  'faces',
  'yes',
  ['yes', 'no'],
  'Shows clips; --faces=no makes a page that may be sent on.',
)
_NOTE = flags.DEFINE_string('note', '', 'A sentence for every caption.')
_FEATURES = flags.DEFINE_string(
  'features',
  '',
  'A clip: draws instead what each conv layer of the first run sees in it, and what '
  'its decision came from.',
)


def main() -> None:
  """Writes what the flags ask for.

  Raises:
    InputError: no --workdir.
  """
  if not _WORKDIR.value:
    raise InputError(
      '--workdir: missing; name a folder that python -m stc_jax.main made'
    )
  if _FEATURES.value:
    # Its import takes seconds, which --help doesn't wait for.
    heatmaps = importlib.import_module('stc_jax.report.heatmaps')
    heatmaps.main(_WORKDIR.value[0], _FEATURES.value, _OUT.value)
    return
  command = importlib.import_module('stc_jax.report.command')
  command.main(_WORKDIR.value, _OUT.value, _FACES.value == 'yes', _NOTE.value)


if __name__ == '__main__':
  command_line.run(main)
