"""The tasks by their names in launch files; a new task is a line here."""

import dataclasses

from stc_jax.errors import require_choice
from stc_jax.tasks.classification import Classification
from stc_jax.tasks.detection import Detection
from stc_jax.tasks.task import Task

TASKS: dict[str, type[Task]] = {task.kind: task for task in (Classification, Detection)}


@dataclasses.dataclass(frozen=True)
class TaskConfig:
  """Section `task` of a launch file; launch/default.py explains its fields."""

  kind: str
  aus: tuple[int, ...]
  logit_adjustment: float
  positive_weight: str

  def __post_init__(self):
    """Checks what the types can't."""
    require_choice('kind', self.kind, TASKS)
    task_of(self)


def task_of(config: TaskConfig) -> Task:
  """The task of a launch file."""
  fields = dataclasses.asdict(config)
  return TASKS[fields.pop('kind')].of(**fields)
