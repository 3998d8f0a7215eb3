"""Opens the prepared sets that a launch file names, and says how joined ones differ."""

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence

from stc_jax.data import catalogue
from stc_jax.data.clip_set import ClipSet, Origin
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.labelled_set import LabelledSet, classes_of
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError

# Of a set's recipe: those that a new video is cropped by.
_FLAGS = ('align', 'roll', 'smooth', 'max_gap')
# Shares of the width; by rounding alone they differ less.
_NOTED_BLACK = 0.05


def opened(dataset: DatasetConfig, data_dir: str) -> PreparedSet | LabelledSet:
  """Opens the prepared set of a launch file, or all that are joined there.

  Raises:
    InputError: a set isn't prepared (the line has the command), is damaged, or is named
      twice; it has no labels, or all its classes are left out; or `dataset.classes`
      has a class of no set.
  """
  if not dataset.names:
    return catalogue.prepared_builder(dataset.name, dataset.builder_config, data_dir)
  builders = {
    name: catalogue.prepared_builder(*parts, data_dir)
    for name, parts in zip(dataset.names, dataset.sets, strict=True)
  }
  _check_different(builders)
  renamed = dict(dataset.classes)
  known = {name: classes_of(builder) for name, builder in builders.items()}
  _check_known(list(renamed), sorted(set().union(*known.values())))
  for name, classes in known.items():
    if not any(renamed.get(c, c) for c in classes):
      raise InputError(
        f'dataset.classes: leaves out every class of {name}; take it out of '
        'dataset.names'
      )
  return LabelledSet(builders, renamed)


def _check_different(builders: dict[str, PreparedSet]) -> None:
  """Refuses one set under two names, such as ck_plus and ck_plus/default."""
  found: dict[str, str] = {}
  for name, builder in builders.items():
    full_name = builder.info.full_name
    if full_name in found:
      raise InputError(
        f'dataset.names: {found[full_name]} and {name} are the same set, {full_name}; '
        'leave one out'
      )
    found[full_name] = name


def _check_known(sources: Sequence[str], known: Sequence[str]) -> None:
  """Refuses a class that no set has."""
  for name in sources:
    if name not in known:
      close = difflib.get_close_matches(name, known, n=1)
      hint = f'did you mean {close[0]!r}?' if close else f'they have {", ".join(known)}'
      raise InputError(f'dataset.classes: no set has a class {name!r}; {hint}')


def notes(
  clip_set: ClipSet, trials: Sequence[Trial], frame_rate: float
) -> Iterator[str]:
  """Yields what a reader must know of joined sets, a sentence each.

  Args:
    clip_set: the set; one that isn't joined has no notes.
    trials: of the whole protocol.
    frame_rate: as `InputConfig.frame_rate`.
  """
  rates = {origin.database: origin.fps for origin in clip_set.origins}
  if len(set(rates.values())) > 1 and not frame_rate:
    said = ', '.join(f'{name} {rate:g}' for name, rate in rates.items())
    yield (
      f'frame rates differ ({said} Hz); --config.input.frame_rate='
      f'{min(rates.values()):g} samples all clips at the lowest'
    )
  if differ := _differing(clip_set.origins):
    first = clip_set.origins[0].database
    yield (
      f'faces are cut out differently ({differ}); for new videos a model uses the crop '
      f'of {first}, the first of dataset.names'
    )
  yield from _shared_folders(list(rates))
  yield from dict.fromkeys(_unseen(clip_set, trials))


def _differing(origins: Sequence[Origin]) -> str:
  """The flags of cropping that differ between sets, and black columns; '': none."""
  values = {f: [one.alignment.get(f, 'none') for one in origins] for f in _FLAGS}
  if len(set(values['align'])) > 1:  # the others follow from it
    values = {'align': values['align']}
  black = [one.black_sides for one in origins]
  if black and max(black) - min(black) > _NOTED_BLACK:
    values['black at each side'] = [f'{share:.0%}' for share in black]
  names = [one.database for one in origins]
  return '; '.join(
    f'{flag}: ' + ', '.join(map('{} {}'.format, names, own))
    for flag, own in values.items()
    if len(set(own)) > 1
  )


def _shared_folders(databases: Sequence[str]) -> Iterator[str]:
  """Yields a note for each dataset of which several configs are joined."""
  counts = Counter(name.partition('/')[0] for name in databases)
  for folder in (name for name, count in counts.items() if count > 1):
    own = ' and '.join(n for n in databases if n.partition('/')[0] == folder)
    yield (
      f'{own} are all of {folder}; a person who is in several counts as several '
      'people, and may be on both sides of a test'
    )


def _unseen(clip_set: ClipSet, trials: Sequence[Trial]) -> Iterator[str]:
  """Yields a note for each trial that tests classes which its training lacks."""
  for trial in trials if clip_set.databases else ():
    lacking = set(clip_set.targets[trial.test]) - set(clip_set.targets[trial.train])
    if lacking:
      named = ', '.join(clip_set.names[number] for number in sorted(lacking))
      tested = ', '.join(sorted({clip_set.databases[i] for i in trial.test}))
      yield (
        f'no training clip of the trial that tests {tested} is of class {named}, so '
        "its clips will be wrong; '' in dataset.classes leaves a class out"
      )
