"""A study's accuracies as a Markdown table, beside those that are published."""

from collections.abc import Mapping

from stc_jax.report.published import DEVIATIONS, QUOTED, REMARKS, REPORTED

_HEAD = ('method', 'published', 'ours', 'over {}, points', 'p, subjects', 'p, trials')
_NOTES = """\
Published figures are those of Yu et al. 2018, and those that they quote: by other
folds, preprocessing and rules of selection, of which little is known. Ours are at the
last step, {protocol}; ± is the deviation over repeats. Differences are means over
subjects, with a sign-flip test; beside it the corrected test over trials of Nadeau and
Bengio 2003.
"""


def markdown(
  title: str,
  dataset: str,
  protocol: str,
  rows: Mapping[str, Mapping[str, float | None]],
  floors: Mapping[str, float | None],
) -> str:
  """The table, with notes.

  Args:
    title: of the page.
    dataset: a folder of datasets/; where nothing is published of it, that is left out.
    protocol: in words.
    rows: of each run `score`, `std`, `difference`, `p_subjects` and `p_trials`, shares
      and not percent, None where there is none; the last is what others are beside.
    floors: accuracies of baselines, by name.
  """
  reported, quoted = REPORTED.get(dataset, {}), QUOTED.get(dataset, {})
  *_, base = rows
  lines = [_line(cell.format(base) for cell in _HEAD), _line(['---'] * len(_HEAD))]
  lines += [
    _line([name, f'{value:g}', *[''] * 4])
    for name, value in sorted(quoted.items(), key=lambda item: item[1])
  ]
  lines += [
    _line([name, '', _percent(value), *[''] * 3])
    for name, value in floors.items()
    if value is not None
  ]
  for name, row in rows.items():
    said = f'{reported[name]:g}' if name in reported else ''
    if name == 'STC-NLSTM' and dataset in DEVIATIONS:
      said += f' ± {DEVIATIONS[dataset]:g}'
    lines.append(_line([name, said, *_ours(row)]))
  notes = _NOTES.format(protocol=protocol)
  remark = REMARKS.get(dataset, '')
  return '\n'.join([f'# {title}', '', *lines, '', notes + remark]).rstrip() + '\n'


def _ours(row: Mapping[str, float | None]) -> list[str]:
  deviation = '' if row['std'] is None else f' ± {100 * row["std"]:.1f}'
  difference = row['difference']
  return [
    _percent(row['score']) + deviation,
    '' if difference is None else f'{100 * difference:+.1f}',
    *['' if row[p] is None else f'{row[p]:.4f}' for p in ('p_subjects', 'p_trials')],
  ]


def _percent(share: float | None) -> str:
  return '' if share is None else f'{100 * share:.1f}'


def _line(cells) -> str:
  return f'| {" | ".join(cells)} |'
