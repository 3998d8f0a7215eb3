"""A launch file's sections as checked dataclasses."""

import dataclasses
import typing
from collections.abc import Mapping, Sequence

from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.input import InputConfig
from stc_jax.data.protocols import ProtocolConfig
from stc_jax.errors import InputError, require, require_choice
from stc_jax.models.config import ModelConfig
from stc_jax.models.registry import MODELS
from stc_jax.runs import rate_groups, starting_bundle
from stc_jax.tasks.registry import TASKS, TaskConfig
from stc_jax.training.optimizer import TrainingConfig
from stc_jax.training.placement import PLACEMENTS
from stc_jax.validate import check_names, check_type, in_section, to_dataclass

# Fields that only some kinds of task or protocol read, and these kinds.
_READ_BY = {
  **{
    field: ('task', tuple(kind for kind in TASKS if field in TASKS[kind].reads))
    for field in sorted(set().union(*(task.reads for task in TASKS.values())))
  },
  'protocol.folds': ('protocol', ('folds',)),
  'protocol.unit': ('protocol', ('folds',)),
  'protocol.repeats': ('protocol', ('folds', 'given', 'fixed', 'databases')),
}


@dataclasses.dataclass(frozen=True)
class ExecutionConfig:
  """Section `execution`: how a run is executed; no result depends on it."""

  data_dir: str
  placement: str
  first_trials: int
  trials_per_device: int
  devices_per_trial: int
  steps_per_chunk: int
  checkpoint_seconds: float

  def __post_init__(self):
    """Checks what the types can't."""
    require_choice('placement', self.placement, PLACEMENTS)
    for field in ('trials_per_device', 'steps_per_chunk'):
      require(getattr(self, field) >= 1, field, getattr(self, field), 'be at least 1')
    for field in ('first_trials', 'devices_per_trial', 'checkpoint_seconds'):
      value = getattr(self, field)
      require(value >= 0, field, value, 'not be negative')


@dataclasses.dataclass(frozen=True)
class Experiment:
  """A launch file, checked.

  Attributes:
    model: which of `stc_jax.models.registry.MODELS`.
    network: that model's section.
    execution: the only section that no result depends on.
  """

  dataset: DatasetConfig
  task: TaskConfig
  input: InputConfig
  model: str
  network: ModelConfig
  protocol: ProtocolConfig
  training: TrainingConfig
  execution: ExecutionConfig

  def check_input(self, size: InputConfig) -> None:
    """Checks that the network can read the input of a set, and its groups of rates.

    Args:
      size: the input, with at most as many frames as the longest clip has.

    Raises:
      InputError: it can't, or its section states another input; or
        training.rate_factors names a group that the network doesn't have.
    """
    try:
      _check_together(dataclasses.replace(self, input=size))
    except InputError as error:
      raise InputError(
        f'{error}; the longest clip shows {size.frames} frames, not {self.input.frames}'
      ) from error
    # Here, and not with the other fields, because it starts JAX.
    rate_groups.check(self.training, self.model, self.network, size)

  def decisive(self) -> dict:
    """The sections that decide a run's results; they identify the run.

    A model to start from is named by the digest of its files, wherever they lie.

    Raises:
      InputError: there is no such model.
    """
    training = self.training.decisive()
    if self.training.start_from:
      training['start_from'] = starting_bundle.identity(self.training.start_from)
    return {
      'dataset': self.dataset.decisive(),
      'task': dataclasses.asdict(self.task),
      'input': self.input.recorded(),
      'protocol': dataclasses.asdict(self.protocol),
      'training': training,
      'model': self.model,
      self.model: dataclasses.asdict(self.network),
    }


def from_sections(
  sections: Mapping[str, typing.Any], set_fields: Sequence[str] = ()
) -> Experiment:
  """Turns each section into its dataclass.

  Args:
    sections: of a launch file; models that aren't used may be missing.
    set_fields: on the command line; a field that nothing reads is refused: of a model
      that isn't used, or of another kind of task or protocol.

  Raises:
    InputError: a section or field that is missing, misspelt, or out of its range.
  """
  known = {field.name: field.type for field in dataclasses.fields(Experiment)}
  del known['network']
  check_names('config', list(sections), [*known, *MODELS], list(known))
  model = sections['model']
  check_type('model', model, str)
  require_choice('model', model, MODELS)
  if model not in sections:
    raise InputError(
      f'config.{model}: missing; the section of a model belongs in launch/default.py'
    )
  check_models([model], set_fields)
  del known['model']
  experiment = Experiment(
    model=model,
    network=to_dataclass(model, sections[model], MODELS[model].config),
    **{name: to_dataclass(name, sections[name], kind) for name, kind in known.items()},
  )
  _check_together(experiment)
  _check_read(experiment, set_fields)
  return experiment


def check_models(models: Sequence[str], set_fields: Sequence[str]) -> None:
  """Refuses a set field of a model that isn't used.

  Args:
    models: those that are used.
    set_fields: on the command line.

  Raises:
    InputError: there is such a field.
  """
  for field in set_fields:
    section, _, name = field.partition('.')
    if section in MODELS and section not in models:
      others = [f'{m}.{name}' for m in models if m in MODELS and has_field(m, name)]
      instead = ' or '.join([*others, f'--config.model={section}'])
      raise InputError(
        f'{field}: set, but the model is {" or ".join(models)}; set {instead}'
      )


def has_field(model: str, name: str) -> bool:
  """Whether a model's section has a field of that name."""
  return name in {field.name for field in dataclasses.fields(MODELS[model].config)}


def _check_read(experiment: Experiment, set_fields: Sequence[str]) -> None:
  """Refuses a set field that only other kinds of task or protocol read."""
  for field, (section, kinds) in _READ_BY.items():
    found = getattr(experiment, section).kind
    if field in set_fields and found not in kinds:
      raise InputError(
        f'{field}: set, but {section}.kind is {found!r}, which has no use for it; '
        f'leave it out, or set --config.{section}.kind={" or ".join(kinds)}'
      )


def _check_together(experiment: Experiment) -> None:
  """Checks that the sections fit together."""
  size, network = experiment.input, experiment.network
  task = TASKS[experiment.task.kind]
  if size.sampling not in task.samplings:
    raise InputError(
      f'input.sampling: {size.sampling!r}, but task.kind is {task.kind!r}; set '
      f'{" or ".join(task.samplings)}'
    )
  for field in ('neutral_share', 'names'):
    name = f'dataset.{field}'
    if getattr(experiment.dataset, field) and name not in task.reads:
      raise InputError(
        f'{name}: is of clips with labels, but task.kind is '
        f'{experiment.task.kind!r}; leave it out'
      )
  if experiment.dataset.neutral_share:
    _check_neutral(experiment.protocol)
  with in_section(experiment.model):
    network.check_input(size.height, size.width, size.frames)
  side, least = min(size.height, size.width), network.least_side
  words = f'be at least {least}, as input.width, for {experiment.model}'
  require(side >= least, 'input.height', size.height, words)


def _check_neutral(protocol: ProtocolConfig) -> None:
  if protocol.kind == 'folds' and protocol.unit == 'sequence':
    raise InputError(
      'dataset.neutral_share: training would show the start of tested clips; set '
      '--config.protocol.unit=subject'
    )
