"""Measures a launch file's experiment, as a dictionary that is ready for JSON."""

import contextlib
import functools
from collections.abc import Callable, Sequence

import jax

from stc_jax.data import catalogue, preparation
from stc_jax.models.config import DTYPES
from stc_jax.runs.config import Experiment
from stc_jax.speed import ceiling, feeding, parts, peer, report, scaling
from stc_jax.speed.clock import PartSpeed, ReadyPart
from stc_jax.speed.comparison import compare
from stc_jax.speed.load import Watch
from stc_jax.speed.pictures import PARTS
from stc_jax.speed.workload import Workload, passes_together
from stc_jax.tasks.registry import task_of

_CPU_DEVICES = 8


def measure(
  experiment: Experiment,
  chosen: Sequence[str],
  clips: int,
  repeats: int,
  with_peer: bool,
  say: Callable[[str], None],
) -> dict:
  """Measures parts of the program, the device and, if asked for, the peer.

  Args:
    experiment: of the launch file.
    chosen: the parts.
    clips: in the memory of the device.
    repeats: of each measurement.
    with_peer: measures PyTorch in turns with ours, where it has the part.
    say: called with the name of the next measurement.

  Raises:
    InputError: the peer is missing, or has no such network.
  """
  watch = Watch()
  measured, compared = {}, {}
  with _peer(experiment) if with_peer else contextlib.nullcontext() as theirs:
    workload = Workload(experiment, clips=clips)
    say('measuring the device ...')
    roofs = ceiling.measure_ceiling(DTYPES[experiment.network.dtype], repeats)
    for part in dict.fromkeys(chosen):
      say(f'measuring {part} ...')
      if theirs and part in PARTS:
        ready = _ready(part, workload)
        measured[part], compared[part] = compare(
          ready,
          experiment.training.batch_size,
          theirs.properties['forms'],
          functools.partial(theirs.timed, part),
          repeats,
        )
      else:
        measured[part] = _measured(part, workload, measured, experiment, repeats)
    found = report.as_dict(experiment, roofs, measured) | {'load': watch.found()}
    if theirs:
      idle = {'idle_cores': theirs.idle_cores()}
      found['peer'] = theirs.properties | idle | compared
  return found


def _peer(experiment: Experiment) -> peer.PeerProcess:
  """Starts the peer."""
  peer.check(experiment)
  return peer.PeerProcess(peer.specification(experiment, passes_together()))


def _ready(part: str, workload: Workload) -> ReadyPart:
  return workload.training() if part == 'training' else workload.inference()


def measure_scaling(
  experiment: Experiment, repeats: int, say: Callable[[str], None]
) -> dict:
  """Measures steps of growing size; on a CPU with several devices."""
  jax.config.update('jax_num_cpu_devices', _CPU_DEVICES)  # affects CPUs only
  rows = scaling.rows(experiment, jax.device_count(), repeats, say)
  device = jax.devices()[0].device_kind
  return {'device': device, 'notation': experiment.network.notation, 'rows': rows}


def _measured(
  part: str,
  workload: Workload,
  before: dict[str, PartSpeed],
  experiment: Experiment,
  repeats: int,
) -> PartSpeed:
  """Measures a part; `before` has the parts measured so far."""
  match part:
    case 'training' | 'inference':
      return _ready(part, workload).measured(repeats)
    case 'whole loop':
      step = before.get('training') or workload.training().measured(repeats)
      return workload.whole_loop(step.timing, repeats)
    case 'input pipeline':
      return parts.input_pipeline(_prepared(experiment), experiment, repeats)
    case 'host pipeline':
      return feeding.windows(experiment.input, repeats)
    case 'preprocessing':
      return parts.preprocessing(repeats)


def _prepared(experiment: Experiment):
  """The launch file's first dataset if it is prepared, else a small embedded one."""
  where = *experiment.dataset.sets[0], experiment.execution.data_dir
  if catalogue.is_prepared(*where):
    return catalogue.prepared_builder(*where)
  embedded = task_of(experiment.task).embedded
  if not catalogue.is_current(*embedded):
    preparation.prepare(*embedded)
  return catalogue.prepared_builder(*embedded)
