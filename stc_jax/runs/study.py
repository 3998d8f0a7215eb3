"""A study: runs of one launch file that differ in some fields, side by side.

Field `study` of a launch file says which: pairs of each run's name and what it has
otherwise, ('STC', {'model': 'stc'}), or a function that makes this of the sections,
with what the command line sets. Every run is an ordinary one in its own folder.
"""

import itertools
import pathlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from stc_jax import files
from stc_jax.errors import InputError
from stc_jax.models.registry import MODELS
from stc_jax.report import command, comparing, finding
from stc_jax.report.finding import STUDY, plan
from stc_jax.report.run_folder import Run
from stc_jax.report.table import number, percent
from stc_jax.runs import folder, study_fields
from stc_jax.runs.config import Experiment, from_sections

# What lies, or must not lie, in a study's folder beside its runs.
_RESERVED = {'', '..', 'report', 'trials', 'models', 'checkpoints'}
_METHOD = 'STC-NLSTM'


def experiments(
  sections: Mapping[str, Any], set_fields: Sequence[str] = ()
) -> dict[str, Experiment]:
  """The runs of a launch file with a field `study`, by name, in their order.

  Args:
    sections: of the launch file.
    set_fields: on the command line; they hold for every run. One of a model holds for
      every other that has a field of that name, too.

  Raises:
    InputError: a run sets a field that isn't there, or has one out of its range; two
      runs are the same; or a field is set that no run has.
  """
  common = {name: value for name, value in sections.items() if name != 'study'}
  from_sections(common)
  runs = {
    name: own(common) if callable(own) else study_fields.without(own, set_fields)
    for name, own in _pairs(sections['study'])
  }
  models = list(
    dict.fromkeys(own.get('model', common['model']) for own in runs.values())
  )
  common |= study_fields.of_models(common, models, set_fields)
  shared = [field for field in set_fields if field.partition('.')[0] not in MODELS]
  found = {}
  for name, own in runs.items():
    try:
      found[name] = from_sections(study_fields.merged(common, own), shared)
    except InputError as error:
      raise InputError(f'study {name!r}: {error}') from error
  for (name, one), (other, two) in itertools.combinations(found.items(), 2):
    if one.decisive() == two.decisive():
      raise InputError(
        f'study: {name!r} and {other!r} are the same run; set no field in which they '
        'differ'
      )
  return found


def _pairs(given: Any) -> Sequence[tuple[str, Mapping[str, Any] | Callable]]:
  """What a launch file has as `study`, checked."""
  is_pairs = isinstance(given, Sequence) and all(
    isinstance(pair, Sequence)
    and len(pair) == 2
    and isinstance(pair[0], str)
    and (isinstance(pair[1], Mapping) or callable(pair[1]))
    for pair in given
  )
  names = [pair[0] for pair in given] if is_pairs else []
  folders = {folder_of(pathlib.Path(), name).name for name in names}
  if not names or len(folders) < len(names) or '/' in ''.join(names):
    raise InputError(
      "study: must be pairs such as ('STC', {'model': 'stc'}), each of another name, "
      'without a slash'
    )
  if taken := folders & _RESERVED:
    raise InputError(f'study: no run can be called {taken.pop()!r}; name it otherwise')
  return given


def folder_of(workdir: pathlib.Path, name: str) -> pathlib.Path:
  """Of one of a study's runs."""
  return workdir / name.replace(' ', '_').replace("'", '')


def write_plan(workdir: pathlib.Path, names: Iterable[str]) -> None:
  """Notes in the study's folder which runs it has, and where they lie.

  Those of another study in the same folder stay.
  """
  workdir.mkdir(parents=True, exist_ok=True)
  path = workdir / STUDY
  before = plan(workdir) if path.exists() else {}
  runs = {name: folder_of(workdir, name).name for name in names}
  files.write(path, folder.as_json({'runs': before | runs}))


def print_comparison(workdir: pathlib.Path, console: Console) -> None:
  """Prints a row for each of a study's runs, and writes its report.

  They stand beside the paper's method or, where that isn't one of them, the last.
  """
  runs, _ = finding.found([workdir])
  base = next((run for run in runs if run.method == _METHOD), runs[-1])
  table = Table(title='study')
  for column in ('run', 'score', '±', f'over {base.name}', 'p, subjects', 'p, trials'):
    table.add_column(column, justify='left' if column == 'run' else 'right')
  for run in runs:
    table.add_row(run.name, *_score(run), *_compared(run, base))
  console.print(table)
  command.write([workdir], workdir / 'report', True, '', console)


def _score(run: Run) -> tuple[str, str]:
  """Mean and deviation over whole repeats, or where none is whole over trials."""
  summary, score = run.summary, 'f1' if run.is_detection else 'accuracy'
  kind = score if summary[f'{score}_mean'] is not None else f'trial_{score}'
  mean, deviation = summary[f'{kind}_mean'], summary[f'{kind}_std']
  return percent(mean), percent(deviation)


def _compared(run: Run, base: Run) -> tuple[str, str, str]:
  """How many points above `base`, and how likely by chance: see `comparing`."""
  if run is base or run.is_detection:
    return '', '', ''
  found = comparing.compare(run, base)
  subjects, trials = found.subjects or {}, found.trials or {}
  points = subjects.get('difference')
  return (
    '' if points is None else f'{100 * points:+.1f}',
    number(subjects.get('p_value'), '.4f'),
    number(trials.get('p_value'), '.4f'),
  )
