"""The fields of a study's runs, from launch file, command line and the runs' own."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stc_jax.errors import InputError
from stc_jax.models.registry import MODELS
from stc_jax.runs.config import Experiment, check_models, has_field


def of_models(
  common: Mapping[str, Any], models: Sequence[str], set_fields: Sequence[str]
) -> dict[str, dict]:
  """The models' sections; a field set for one model applies to all that have it.

  Raises:
    InputError: a field is set for a model that no run has; or for two models it is set
      to different values, and a third has it.
  """
  check_models(models, set_fields)
  made = {model: dict(common[model]) for model in models if model in common}
  chosen: dict[str, str] = {}
  for field in set_fields:
    section, _, name = field.partition('.')
    others = [m for m in made if f'{m}.{name}' not in set_fields]
    for model in others if section in MODELS else ():
      if not has_field(model, name):
        continue
      target, value = f'{model}.{name}', common[section][name]
      if target in chosen and made[model][name] != value:
        raise InputError(f'{chosen[target]} and {field}: differ; set {target}, too')
      chosen[target], made[model][name] = field, value
  return made


def notes(
  found: Mapping[str, Experiment],
  sections: Mapping[str, Any],
  set_fields: Sequence[str],
) -> Iterator[str]:
  """Yields a note for each run that overrides a field of the command line.

  Args:
    found: the runs of `experiments`.
    sections: of the launch file.
    set_fields: on the command line.
  """
  for name, experiment in found.items():
    training = dataclasses.asdict(experiment.training)
    own = experiment.decisive() | {'training': training}
    for field in set_fields:
      value = _value(own, field)
      if value is not None and value != _value(sections, field):
        yield f'note: {name} has {field}={value}, as its method needs'


def _value(sections: Mapping[str, Any], field: str) -> Any:
  """The value of a field such as 'input.frames'; None if there is no such field."""
  found = sections
  for key in field.split('.'):
    found = found.get(key) if isinstance(found, Mapping) else None
  return found


def without(
  fields: Mapping[str, Any], set_fields: Sequence[str], path: str = ''
) -> dict:
  """A run's own fields without those that the command line sets."""
  return {
    name: without(value, set_fields, f'{path}{name}.')
    if isinstance(value, Mapping)
    else value
    for name, value in fields.items()
    if path + name not in set_fields
  }


def merged(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict:
  """`common` with the fields of `own` in their place, section by section."""
  sections = {
    name: merged(common.get(name, {}), value) if isinstance(value, Mapping) else value
    for name, value in own.items()
  }
  return {**common, **sections}
