"""A study: several runs of one launch file that differ in some fields.

The field `study` of a launch file is a tuple of pairs: a run's name and its own fields,
as in ('STC', {'model': 'stc'}). Instead of the fields a pair may have a function that
returns them; its argument is all sections, as set on the command line. Each run is an
ordinary run in a folder of its own.
"""

import hashlib
import itertools
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stc_jax import files
from stc_jax.errors import InputError
from stc_jax.models.registry import MODELS
from stc_jax.run_folder import layout, study_plan
from stc_jax.runs import study_fields
from stc_jax.runs.config import Experiment, from_sections


def experiments(
  sections: Mapping[str, Any], set_fields: Sequence[str] = ()
) -> dict[str, Experiment]:
  """The runs of a launch file with a field `study`, by name, in their order.

  Args:
    sections: of the launch file.
    set_fields: on the command line; they apply to every run. A field of one model also
      applies to every other model that has a field of that name.

  Raises:
    InputError: a field of a run is unknown or out of its range; two runs are the same;
      or no run has a field that is set.
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
  """The field `study` of a launch file, checked."""
  is_pairs = isinstance(given, Sequence) and all(
    isinstance(pair, Sequence)
    and len(pair) == 2
    and isinstance(pair[0], str)
    and (isinstance(pair[1], Mapping) or callable(pair[1]))
    for pair in given
  )
  names = [pair[0] for pair in given] if is_pairs else []
  folders = {study_plan.run_of(pathlib.Path(), name).name for name in names}
  if not names or len(folders) < len(names) or '/' in ''.join(names):
    raise InputError(
      "study: must be pairs such as ('STC', {'model': 'stc'}), each of another name, "
      'without a slash'
    )
  if taken := folders & layout.RESERVED:
    raise InputError(
      f'study: no run can be called {taken.pop()!r}; give it another name'
    )
  return given


def default_folder(launch: str, experiments: Mapping[str, Experiment]) -> pathlib.Path:
  """A folder for each configuration, so that the same command finds its run again.

  Args:
    launch: the name of the launch file.
    experiments: the runs of a study, or a single run, by name.
  """
  found = {name: one.decisive() for name, one in experiments.items()}
  name, own = next(iter(found.items())) if len(found) == 1 else ('study', found)
  digest = hashlib.sha256(files.as_json(own).encode()).hexdigest()[:8]
  return pathlib.Path(f'runs/{launch}-{name}-{digest}')
