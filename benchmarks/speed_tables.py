"""Tables of speed in Markdown, printed from files of `benchmark --json`.

    python -m benchmarks.speed_tables FILE.json ...
    python -m benchmarks.speed_tables

The second form renews the tables of benchmarks/README.md. There a line
`<!-- measured: NAME.json -->` begins a table and `<!-- end -->` ends it; what stands
between them is replaced. The files lie in benchmarks/measured/.
"""

import json
import pathlib
import re

from stc_jax import files
from stc_jax.cli import command_line
from stc_jax.errors import InputError
from stc_jax.speed import load, profile
from stc_jax.speed.pictures import PARTS

PAGE = pathlib.Path('benchmarks/README.md')
MEASURED = pathlib.Path('benchmarks/measured')
_BLOCK = re.compile(r'(<!-- measured: (\S+) -->\n).*?(<!-- end -->)', re.DOTALL)
_SPEED = (
  '',
  'a second, median (min to max)',
  'of ceiling',
  'ours over it, pair by pair',
)


def main(paths: list[str]) -> None:
  """Prints the tables of files, or renews the page."""
  for path in paths:
    print(markdown(read(pathlib.Path(path))))
  if not paths:
    files.write(PAGE, renewed(PAGE.read_text('utf-8'), MEASURED))


def read(path: pathlib.Path) -> dict:
  """A result.

  Raises:
    InputError: it isn't there, or isn't what `benchmark --json` writes.
  """
  try:
    found = json.loads(path.read_text('utf-8'))
  except (OSError, ValueError) as error:
    raise InputError(
      f'{path}: no result ({error}); benchmark --json makes one'
    ) from error
  if (
    not isinstance(found, dict) or not {'load', 'ceiling', 'processor'} <= found.keys()
  ):
    raise InputError(f'{path}: not of benchmark --json, or older; measure it again')
  return found


def renewed(page: str, folder: pathlib.Path) -> str:
  """The page with each of its tables made anew from its file in a folder."""

  def block(match: re.Match) -> str:
    return match[1] + '\n' + markdown(read(folder / match[2])) + '\n' + match[3]

  return _BLOCK.sub(block, page)


def markdown(found: dict) -> str:
  """The command, the circumstances, and the table of a result."""
  header, rows = (
    (profile.COLUMNS, map(profile.cells, found['rows']))
    if 'rows' in found
    else (_SPEED, _speed_rows(found))
  )
  rule = ['---', *['---:'] * (len(header) - 1)]
  lines = ['| ' + ' | '.join(row) + ' |' for row in (header, rule, *rows)]
  return (
    f'    {found["command"]}\n\n{_circumstances(found)}\n\n' + '\n'.join(lines) + '\n'
  )


def _circumstances(found: dict) -> str:
  """When, on what, with what; and whether the machine was idle."""
  environment, chip = found['environment'], found['processor']
  revision = environment['revision'] or {'commit': 'unknown', 'changed': False}
  changed = ' with changes' if revision['changed'] else ''
  versions = f'JAX {environment["packages"]["jax"]}'
  if 'peer' in found:
    versions += f', PyTorch {found["peer"]["version"]}'
  device = found['device'] if environment['backend'] != 'cpu' else ''
  sizes = ' x '.join(map(str, found['input']))
  ceiling = found['ceiling']
  sentences = [
    f'{found["date"][:10]}, commit {revision["commit"][:7]}{changed}',
    f'{device or chip["name"]}, {found["threads"]} cores, {chip["used"]}; {versions}',
    f'{found["model"]}, {sizes}, {found["dtype"]}, batch {found["batch_size"]}',
    f'Ceiling {ceiling["flops_per_second"] / 1e9:,.0f} GFLOP/s, '
    f'{ceiling["bytes_per_second"] / 1e9:,.0f} GB/s',
  ]
  if 'step' in found:
    sentences.append(f'A step takes {1e3 * found["step"]["median"]:.4g} ms')
  if warning := load.warning(found['load'], found['threads']):
    sentences.append(f'**{warning[0].upper()}{warning[1:]}**')
  else:
    sentences.append('The machine was otherwise idle')
  return '. '.join(sentences) + '.'


def _speed_rows(found: dict) -> list[list[str]]:
  """A row for each part of ours, and below it one for each form of the peer."""
  rows = []
  for name, part in found['parts'].items():
    share = f'{part["ceiling_share"]:.0%}' if 'ceiling_share' in part else ''
    rows.append([f'{name}, {part["unit"]}', _rate(part['per_second']), share, ''])
    if name not in PARTS or name not in found.get('peer', {}):
      continue
    compared = found['peer'][name]
    for form, rate in compared['per_second'].items():
      ratio = '{median:.2f} ({min:.2f} to {max:.2f})'.format(**compared['ratio'][form])
      ratio = f'**{ratio}**' if form == compared['best'] else ratio
      rows.append([f'PyTorch, {form}', _rate(rate), '', ratio])
    rows += [[f'PyTorch, {f}', e, '', ''] for f, e in compared['errors'].items()]
  return rows


def _rate(rate: dict[str, float]) -> str:
  return '{median:.3g} ({min:.3g} to {max:.3g})'.format(**rate)


if __name__ == '__main__':
  command_line.run(main, takes='files')
