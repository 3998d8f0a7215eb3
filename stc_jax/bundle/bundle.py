"""A bundle: a finished model with all that using it elsewhere needs."""

import dataclasses

from stc_jax.data.input import InputConfig, Normalisation
from stc_jax.data.looks import ClipLooks
from stc_jax.errors import InputError
from stc_jax.tasks.registry import TaskConfig

# The fields in which all bundles of one run agree. Their probabilities are averaged.
_SHARED = ('model', 'network', 'input', 'task', 'names', 'alignment')


@dataclasses.dataclass(frozen=True)
class Bundle:
  """A finished model and all that using it elsewhere needs.

  Attributes:
    model: name of the model in the registry.
    network: configuration of that model.
    input: what the network gets of a clip; the mean over its views is the answer.
    task: how outputs become probabilities.
    names: of the outputs, in order: classes, or action units.
    normalisation: of the pixels of its training clips.
    alignment: how the faces of its training clips were cropped, by flag.
    clip_seconds: lengths of its training clips: `low`, `median` and `high`, the 5th,
      50th and 95th percentile; of stills only if it was trained on nothing else.
    clip_motion: motion of its training clips, as in `ClipSet`; the same percentiles.
    provenance: the dataset, the trial, and the versions it was trained with.
    variables: params and batch_stats, host arrays.
    subjects: by prepared set, as `dataset.names` calls it, the names there of the
      subjects that it was trained on; None: unknown, as in older bundles.
    clip_looks: how its training clips look; None: unknown, as in older bundles.
  """

  model: str
  network: object
  input: InputConfig
  task: TaskConfig
  names: tuple[str, ...]
  normalisation: Normalisation
  alignment: dict[str, str]
  clip_seconds: dict[str, float]
  clip_motion: dict[str, float]
  provenance: dict
  variables: dict
  subjects: dict[str, tuple[str, ...]] | None = None
  clip_looks: ClipLooks | None = None

  @property
  def looks(self) -> ClipLooks:
    """How its training clips look; of an older bundle only their motion is known."""
    return self.clip_looks or ClipLooks({'motion': self.clip_motion})


def check_alike(bundles: dict[str, Bundle]) -> None:
  """Checks that bundles are of one run, so that their probabilities can be averaged.

  Args:
    bundles: by the names of their folders.

  Raises:
    InputError: two bundles differ; names both and the field.
  """
  first, *others = bundles
  for other in others:
    for field in _SHARED:
      one, two = (getattr(bundles[name], field) for name in (first, other))
      if one != two:
        raise InputError(
          f'{other}: field {field} differs from that of {first}, so they are no '
          'models of one run to be averaged; name one of them, or move the other away'
        )
