"""Writes events for other programs: a table, or the sheet that BORIS imports.

The table has a row for each event. ELAN imports it as it is (File, Import, CSV /
Tab-delimited Text): `onset` is the begin time, `offset` the end time, `label` the
annotation, and `tier` the tier. Times always have three decimals, which ELAN reads as
seconds; events of one tier never overlap.

BORIS imports no text, but a spreadsheet with the columns `time`, `subject`, `code`,
`modifier` and `comment` (`load_observations_from_spreadsheet` in its
`import_observations.py`, version 9). There a state has two rows, its start and its
stop.
"""

import csv
import dataclasses
import itertools
import pathlib
import zipfile
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape

import numpy as np
from jaxtyping import Shaped

from stc_jax.errors import printable
from stc_jax.predict.events import EventOptions
from stc_jax.predict.prediction import Prediction

FORMATS = {'csv': 'csv', 'tsv': 'tsv', 'boris': 'xlsx'}  # and their files' endings
_DECIMALS = {'onset': 3, 'offset': 3, 'duration': 3}
_PROBABILITY = 4
_BORIS = ('time', 'subject', 'code', 'modifier', 'comment')
_DAY_0 = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same events
_OFFICE = 'http://schemas.openxmlformats.org/'
_MAIN = f'{_OFFICE}spreadsheetml/2006/main'
_RELATIONS = f'{_OFFICE}officeDocument/2006/relationships'
_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The least parts of a workbook (ECMA-376, part 1, 12).
_PARTS = {
  '[Content_Types].xml': (
    f'<Types xmlns="{_OFFICE}package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/sheet.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    '</Types>'
  ),
  '_rels/.rels': (
    f'<Relationships xmlns="{_OFFICE}package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
  ),
  'xl/workbook.xml': (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
    '<sheet name="events" sheetId="1" r:id="r1"/></sheets></workbook>'
  ),
  'xl/_rels/workbook.xml.rels': (
    f'<Relationships xmlns="{_OFFICE}package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="sheet.xml"/>'
    '</Relationships>'
  ),
}


class EventFile(NamedTuple):
  """Which events are written, and how.

  Attributes:
    options: what counts as an event.
    form: of the file, a key of `FORMATS`.
  """

  options: EventOptions
  form: str

  @property
  def ending(self) -> str:
    """The end of the file's name."""
    return f'_events.{FORMATS[self.form]}'

  @property
  def asked(self) -> dict[str, float | str]:
    """What a record says of it."""
    return dataclasses.asdict(self.options) | {'format': self.form}

  def write(self, path: pathlib.Path, prediction: Prediction) -> None:
    """Writes the events of a prediction."""
    write_events(path, prediction.events_as(self.options), self.form)


def write_events(
  path: pathlib.Path, events: Shaped[np.ndarray, 'n'], form: str
) -> None:
  """Writes events.

  Args:
    path: of the file; its ending is `FORMATS[form]`.
    events: as of `find_events`.
    form: 'csv' or 'tsv', a table; 'boris', a sheet for BORIS.
  """
  if form == 'boris':
    _write_sheet(path, [_BORIS, *_states(events)])
    return
  with path.open('w', encoding='utf-8', newline='') as file:
    delimiter = '\t' if form == 'tsv' else ','
    writer = csv.writer(file, delimiter=delimiter, lineterminator='\n')
    writer.writerow([*events.dtype.names, 'tier'])
    for event in events:
      cells = zip(events.dtype.names, event.tolist(), strict=True)
      tier = f'face {event["face"]} {event["label"]}'
      writer.writerow([*itertools.starmap(_cell, cells), printable(tier)])


def _cell(field: str, value: float | int | str) -> str:
  if isinstance(value, float):
    return f'{value:.{_DECIMALS.get(field, _PROBABILITY)}f}'
  return printable(value) if isinstance(value, str) else str(value)


def _states(events: np.ndarray) -> list[tuple[float | str, ...]]:
  """The start and the stop of each event, by time; stops come first."""
  rows = []
  for event in events:
    face, label = f'face {event["face"]}', printable(str(event['label']))
    mean, peak = event['mean_probability'], event['peak_probability']
    said = f'mean probability {mean:.{_PROBABILITY}f}, peak {peak:.{_PROBABILITY}f}'
    onset, offset = (round(float(event[f]), 3) for f in ('onset', 'offset'))
    rows += [(onset, True, face, label, said), (offset, False, face, label, '')]
  rows.sort(key=lambda row: row[:2])
  return [(time, face, label, '', said) for time, _, face, label, said in rows]


def _write_sheet(path: pathlib.Path, rows: Iterable[tuple[float | str, ...]]) -> None:
  """Writes a workbook of one sheet, without further packages."""
  body = ''.join(f'<row>{"".join(_xml_cells(row))}</row>' for row in rows)
  sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
  with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as file:
    for name, text in (_PARTS | {'xl/sheet.xml': sheet}).items():
      file.writestr(zipfile.ZipInfo(name, _DAY_0), _HEAD + text, zipfile.ZIP_DEFLATED)


def _xml_cells(row: tuple[float | str, ...]) -> Iterator[str]:
  for value in row:
    if isinstance(value, str):
      text = f'<t xml:space="preserve">{escape(value)}</t>'
      yield f'<c t="inlineStr"><is>{text}</is></c>'
    else:
      yield f'<c><v>{value!r}</v></c>'
