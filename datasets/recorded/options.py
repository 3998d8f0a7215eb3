"""Options of a database: fields of its TFDS `BuilderConfig` that a user may set.

An option is declared once, as a field made by `option`. `python -m stc_jax.prepare
--dataset=NAME` has a flag for each option of that dataset.
"""

import dataclasses
import typing
from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow_datasets as tfds

from stc_jax.errors import InputError
from stc_jax.faces import face_crop
from stc_jax.faces.alignment import ALIGNS, Alignment


class Option(NamedTuple):
  """An option as a flag needs it.

  Attributes:
    name: of the field and of the flag.
    kind: bool, int, float or str.
    help: what it does.
    choices: the values that it may have; empty: any.
    least: its smallest value; None: there is none.
  """

  name: str
  kind: type
  help: str
  choices: Sequence[str]
  least: float | None


def option(
  help: str,
  default: Any = None,
  choices: Sequence[str] = (),
  least: float | None = None,
) -> Any:
  """Declares a field of a `BuilderConfig` as an option; see `Option`."""
  metadata = {'help': help, 'choices': choices, 'least': least}
  return dataclasses.field(default=default, metadata=metadata)


def options_of(builder: type[tfds.core.DatasetBuilder]) -> list[Option]:
  """The options of a dataset, in the order of its config's fields."""
  config = builder.builder_config_cls
  fields = dataclasses.fields(config) if config else ()
  return [
    Option(field.name, _kind(field.type), **field.metadata)
    for field in fields
    if field.metadata
  ]


def _kind(annotation: Any) -> type:
  """The type of a value that isn't None."""
  return (typing.get_args(annotation) or (annotation,))[0]


@dataclasses.dataclass(eq=False)
class RecordedConfig(tfds.core.BuilderConfig):
  """A config of a database of recorded clips: how its clips are prepared.

  Where `align`, `roll`, `smooth` or `max_gap` is None, the default of the dataset or of
  `Alignment` holds.

  Raises:
    InputError: an option of alignment where faces aren't aligned, or out of its range.
  """

  align: str | None = option(
    'How faces are cut out: mtcnn cuts them out by their eyes, none takes whole frames '
    "as faces. Default: the dataset's own way.",
    choices=ALIGNS,
  )
  roll: str | None = option(
    'keep preserves the tilt of the head, level makes the eyes horizontal; implies '
    '--align=mtcnn.',
    choices=face_crop.ROLLS,
  )
  smooth: float | None = option(
    'Number of frames over which the positions of the eyes are smoothed; implies '
    '--align=mtcnn.',
    least=0,
  )
  max_gap: int | None = option(
    'Largest number of frames in a row without the face. Default: 5; implies '
    '--align=mtcnn.',
    least=0,
  )
  allow_partial: bool = option(
    'Accepts a copy of the database that lacks clips.', default=False
  )
  max_bad_clips: int = option(
    'Largest number of unusable clips. Default: 0.', default=0, least=0
  )
  workers: int = option(
    'Number of clips prepared at a time. Default: one for each core.',
    default=0,
    least=1,
  )

  def __post_init__(self):
    """Checks what the types can't."""
    if self.align == 'none' and (given := self._of_alignment()):
      raise InputError(f'--{next(iter(given))}: only goes with --align=mtcnn')
    self.alignment('mtcnn')

  def alignment(self, own: str) -> Alignment:
    """How faces are found and cut out.

    Args:
      own: the dataset's value of `Alignment.align`, used where no option is set.
    """
    given = self._of_alignment()
    return Alignment(self.align or ('mtcnn' if given else own), **given)

  def _of_alignment(self) -> dict[str, Any]:
    values = {name: getattr(self, name) for name in ('roll', 'smooth', 'max_gap')}
    return {name: value for name, value in values.items() if value is not None}
