"""The finished model that training starts from: `training.start_from`."""

import dataclasses
import functools
import pathlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from flax import traverse_util
from jaxtyping import Int

from stc_jax.bundle import bundle_folder
from stc_jax.bundle.bundle import Bundle
from stc_jax.data.input import InputConfig, Normalisation
from stc_jax.errors import InputError, first_few
from stc_jax.models import shapes
from stc_jax.models.registry import build, group_of
from stc_jax.runs import starting_bundle
from stc_jax.runs.clip_people import ClipPeople
from stc_jax.runs.starting_bundle import FIELD


@dataclasses.dataclass(frozen=True)
class StartingPoint:
  """A finished model, fitted to the outputs of a run.

  Attributes:
    folder: of its bundle.
    identity: what stands for it in a run's identity.
    bundle: the model.
    names: of the run's outputs.
    weights: that are loaded, params and batch_stats by their path; all others are new.
    loaded, new: the number of parameters, by group.
  """

  folder: pathlib.Path
  identity: str
  bundle: Bundle
  names: tuple[str, ...]
  weights: Mapping[str, np.ndarray]
  loaded: dict[str, int]
  new: dict[str, int]

  @property
  def provenance(self) -> dict:
    """What a model that was trained from it keeps; ready for JSON."""
    earlier = self.bundle.provenance
    found = {
      'model': self.identity,
      'dataset': earlier['dataset'],
      'trial': earlier['trial'],
      'loaded': self.loaded,
      'new': self.new,
    }
    more = {'start_from': earlier['start_from']} if 'start_from' in earlier else {}
    return found | more

  def normalisation(self, trials: int) -> Normalisation:
    """That of the model's own training clips, for each of so many trials."""
    return Normalisation(
      *(np.stack([own] * trials) for own in self.bundle.normalisation)
    )

  def with_subjects(
    self, own: dict[str, tuple[str, ...]]
  ) -> dict[str, tuple[str, ...]]:
    """The training subjects of a new model and of this one, by set."""
    earlier = self.bundle.subjects or {}
    return {
      name: tuple(sorted({*own.get(name, ()), *earlier.get(name, ())}))
      for name in sorted({*own, *earlier})
    }

  def lines(self) -> Iterator[str]:
    """Yields what is loaded and what is new, and what isn't known."""
    dataset = self.bundle.provenance['dataset']['name']
    new = f'new: {_counted(self.new)}' if self.new else 'nothing is new'
    yield (
      f'starts from {self.folder} (trained on {dataset}); loaded: '
      f'{_counted(self.loaded)} parameters; {new}'
    )
    if self.new:
      yield (
        f'note: its outputs are {", ".join(self.bundle.names)}, and here '
        f'{", ".join(self.names)}; so the layers before them are new'
      )
    if self.bundle.subjects is None:
      yield (
        f'note: {self.folder} is of an older version and does not say on whom it was '
        'trained, so tested subjects may be among them'
      )


def load(
  path: str,
  model: str,
  network,
  names: Sequence[str],
  launch: InputConfig,
  size: InputConfig,
) -> StartingPoint:
  """Reads a model to start from, and fits it to a run.

  Args:
    path: of a bundle, or of a run with one model.
    model: of the run.
    network: its section.
    names: of the run's outputs.
    launch: the input as the launch file has it.
    size: the same, with at most as many frames as the longest clip has.

  Raises:
    InputError: there is no such model, there are several, it is damaged, or its network
      or input is another; names the fields and the flags that make them equal.
  """
  folder, identity = starting_bundle.found(path), starting_bundle.identity(path)
  bundle = bundle_folder.load(folder)
  starting_bundle.check_fields(folder, bundle, model, network, launch, size)
  video = shapes.one_clip(size.frames, size.height, size.width, size.channels)
  made = functools.partial(build, model, network)
  wanted = _flat(shapes.variables(made(len(names)), video))
  axes = shapes.axes_of_outputs(made, len(names), video)
  weights = _fitted(_flat(bundle.variables), axes, bundle.names, names)
  for name, own in weights.items():
    if own.shape != wanted[name].shape:
      raise InputError(
        f'{FIELD}: {folder}: {name} has the shape {own.shape}, and here '
        f'{wanted[name].shape}, because no clip has {bundle.input.frames} frames'
      )
  counts: dict[bool, Counter] = {True: Counter(), False: Counter()}
  for name, leaf in wanted.items():
    kind, part, *_ = name.split('/')
    if kind == 'params':
      counts[name in weights][group_of(model, part)] += leaf.size
  loaded, new = dict(counts[True]), dict(counts[False])
  return StartingPoint(folder, identity, bundle, tuple(names), weights, loaded, new)


def _fitted(
  flat: Mapping[str, np.ndarray],
  axes: Mapping[str, int],
  theirs: Sequence[str],
  ours: Sequence[str],
) -> dict[str, np.ndarray]:
  """The weights, with the outputs in our order, or without those that make outputs.

  Args:
    flat: the model's weights by their path.
    axes: of those that make outputs, the axis along which the outputs lie.
    theirs: the names of the model's outputs.
    ours: those of the run's.
  """
  if set(theirs) != set(ours):
    return {name: own for name, own in flat.items() if name not in axes}
  order = [theirs.index(name) for name in ours]
  return {
    name: np.take(own, order, axes[name]) if name in axes else own
    for name, own in flat.items()
  }


def _flat(variables: dict) -> dict:
  """Params and batch_stats by their path."""
  kept = {name: variables.get(name, {}) for name in ('params', 'batch_stats')}
  return traverse_util.flatten_dict(kept, sep='/')


def _counted(groups: Mapping[str, int]) -> str:
  return ', '.join(f'{group} {count:,}' for group, count in groups.items())


def check_subjects(
  start: StartingPoint, people: ClipPeople, tested: Int[np.ndarray, 'm']
) -> None:
  """Refuses a model that was trained on a tested subject.

  Args:
    start: the model.
    people: of the run's clips.
    tested: the clips that trials test.

  Raises:
    InputError: there are such subjects.
  """
  both = tested[people.trained(start.bundle.subjects)[tested]]
  if len(both):
    seen = sorted({'/'.join(people.people[i]) for i in both})
    raise InputError(
      f'{FIELD}: {start.folder} was trained on {len(seen)} of the subjects that this '
      f'run tests ({first_few(seen)}); start from a model of other people, or set '
      '--config.protocol.kind=all, which tests nobody'
    )
