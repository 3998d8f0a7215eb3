"""The test of a finished model, read from its folder."""

import dataclasses
import pathlib

from stc_jax.errors import InputError
from stc_jax.run_folder import documents, layout
from stc_jax.tasks.registry import TASKS
from stc_jax.tasks.task import Task
from stc_jax.typed_json import read as read_json

_REMEDY = 'remove it and test again'


@dataclasses.dataclass(frozen=True)
class FinishedTest:
  """The test of a model on a set.

  Attributes:
    folder: of the test.
    identity, summary: its files test.json and summary.json.
  """

  folder: pathlib.Path
  identity: dict
  summary: dict

  @property
  def task(self) -> Task:
    """What the model was trained for, without the fields of its section."""
    return TASKS[self.identity['task']]()


def read(folder: pathlib.Path) -> FinishedTest:
  """Reads a finished test.

  Raises:
    InputError: it isn't finished, or a file is damaged or of another version.
  """
  if not layout.is_summed_up(folder):
    raise InputError(f'{folder}: not finished; the same command tests again')
  identity = read_json(folder / layout.TEST, documents.ModelTestFile, _REMEDY)
  fields = TASKS[identity['task']].summary_file
  summary = read_json(folder / layout.SUMMARY, fields, _REMEDY)
  return FinishedTest(folder, identity, summary)
