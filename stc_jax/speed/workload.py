"""Steps, loop and tests of a launch file's model on random clips."""

import dataclasses
import functools
import io
import pathlib
import tempfile
from collections.abc import Callable

import jax
import numpy as np

from stc_jax.console import terminal
from stc_jax.console.progress import TrainingProgress
from stc_jax.data import device_data
from stc_jax.data.device_data import DeviceData, device_arrays
from stc_jax.data.protocols import Trial
from stc_jax.data.trial_arrays import TrialArrays, trial_arrays
from stc_jax.errors import InputError
from stc_jax.models.registry import MODELS, build, group_of
from stc_jax.runs.config import Experiment
from stc_jax.speed.clock import PartSpeed, ReadyPart, Timing
from stc_jax.speed.random_clips import CLIPS, random_clips
from stc_jax.tasks.registry import task_of
from stc_jax.training import loop
from stc_jax.training.mesh import make_mesh
from stc_jax.training.optimizer import TrainingConfig
from stc_jax.training.placement import OnDevice
from stc_jax.training.programs import Programs

# More steps than any measurement takes, because steps after the last do nothing.
_STEPS = 10_000
# Steps that are timed or traced together; with one at a time a GPU waits for the host.
_TOGETHER = 20
# A chunk of the measured loop lasts about this long, as in a real run.
_CHUNK_SECONDS = 2.0
_LOOP_CHUNKS = 3


class Workload:
  """A launch file's model on random clips in device memory.

  Args:
    experiment: model and training count; the dataset isn't read.
    trials: on all devices together; those of one device run in turn.
    devices: how many of those there are.
    clips: that lie on each.
  """

  def __init__(
    self,
    experiment: Experiment,
    trials: int = 1,
    devices: int = 1,
    clips: int = CLIPS,
  ):
    training = dataclasses.replace(experiment.training, stages=((_STEPS, 0.001),))
    self._experiment = dataclasses.replace(experiment, training=training)
    self._trials, self._devices = trials, devices
    self._clips = random_clips(experiment.input, task_of(experiment.task), clips)
    every = np.arange(clips)
    tested = every[:CLIPS]
    self._protocol = [
      Trial(repeat=0, fold=fold, seed=0, train=every, test=tested)
      for fold in range(trials)
    ]

  def training(self) -> ReadyPart:
    """Steps of every trial, with drawing, augmentation and the optimiser."""
    steps = passes_together()
    programs, data, trials = self._on_device(self._experiment, steps)
    states = programs.init(trials)

    def call():
      nonlocal states
      states, progress = programs.train_chunk(data, trials, states)
      progress.loss.block_until_ready()

    return ReadyPart(
      call,
      steps,
      self._trials * self._experiment.training.batch_size,
      programs.compile_seconds,
      _memory(programs.train_chunk),
    )

  def traced(self, folder: pathlib.Path) -> tuple[str, int]:
    """Writes JAX's trace of some steps; returns the program's text and their number."""
    # A program of the cache may have the names of an older source.
    jax.config.update('jax_compilation_cache_include_metadata_in_key', True)
    steps = passes_together()
    programs, data, trials = self._on_device(self._experiment, steps)
    states, _ = programs.train_chunk(data, trials, programs.init(trials))
    jax.block_until_ready(states)
    options = jax.profiler.ProfileOptions()
    options.python_tracer_level = 0
    with jax.profiler.trace(
      str(folder), create_perfetto_trace=True, profiler_options=options
    ):
      jax.block_until_ready(programs.train_chunk(data, trials, states))
    return programs.train_chunk.as_text(), steps

  def input(self) -> Callable[[], None]:
    """Draws and makes a batch of the first trial, as a step does."""
    size, augment = self._experiment.input, self._experiment.training.augment
    _, data, trials = self._on_device(self._experiment, chunk=1)

    def batch(data: DeviceData, trials: TrialArrays) -> device_data.Batch:
      trial = jax.tree.map(lambda leaf: leaf[0], trials)
      shown = device_data.sample_step(trial, 0, augment, size)
      return device_data.training_batch(data, trial.normalisation, shown, size)

    made = jax.jit(batch).lower(data, trials).compile()
    return lambda: jax.block_until_ready(made(data, trials))

  def inference(self) -> ReadyPart:
    """The test of a trial: class probabilities of clips in device memory."""
    programs, data, trials = self._on_device(self._experiment, chunk=1)
    variables = programs.init(trials).variables
    return ReadyPart(
      lambda: programs.predict(data, trials, variables).block_until_ready(),
      1,
      trials.test.size,
      programs.compile_seconds,
      _memory(programs.predict),
    )

  def whole_loop(self, step: Timing, repeats: int) -> PartSpeed:
    """Trains trials as a run does, with progress and checkpoints, but without tests.

    `step` is the time of one step; the length of a chunk follows from it.
    """
    chunk = max(1, round(_CHUNK_SECONDS / step.median))
    training = dataclasses.replace(
      self._experiment.training, stages=((_LOOP_CHUNKS * chunk, 0.001),)
    )
    experiment = dataclasses.replace(self._experiment, training=training)
    programs, _, _ = self._on_device(experiment, chunk)
    programs.compile_all()
    seconds = []
    for _ in range(repeats):
      with tempfile.TemporaryDirectory() as folder:
        seconds.append(self._loop_seconds(programs, training, pathlib.Path(folder)))
    timing = Timing.of(seconds)
    items = self._trials * training.steps * training.batch_size
    return PartSpeed(timing, items, 'clips', programs.compile_seconds)

  def _loop_seconds(
    self, programs: Programs, training: TrainingConfig, folder: pathlib.Path
  ) -> float:
    progress = TrainingProgress(
      trials=self._trials,
      steps=training.steps,
      sequences=training.batch_size,
      done=0,
      console=terminal.console(file=io.StringIO()),
    )
    training_loop = loop.Loop(
      programs=programs,
      config=training,
      placement=self._placement(training),
      trials=self._protocol,
      workdir=folder,
      seconds=self._experiment.execution.checkpoint_seconds,
      progress=progress,
    )
    with progress:
      list(training_loop.finish(np.arange(self._trials), self._trials, done=0))
    return training_loop.train_seconds

  def _placement(self, training: TrainingConfig) -> OnDevice:
    steps, batch_size = training.steps, training.batch_size
    weights = task_of(self._experiment.task).weights
    arrays = trial_arrays(self._clips, self._protocol, steps, batch_size, weights)
    return OnDevice(device_arrays(self._clips), arrays)

  def _on_device(
    self, experiment: Experiment, chunk: int
  ) -> tuple[Programs, DeviceData, TrialArrays]:
    placement, outputs = self._placement(experiment.training), len(self._clips.names)
    programs = Programs(
      build=functools.partial(build, experiment.model, experiment.network, outputs),
      task=task_of(experiment.task),
      training=experiment.training,
      input_config=experiment.input,
      chunk=chunk,
      given=placement.given(self._trials),
      mesh=make_mesh(devices=self._devices),
      group_of=functools.partial(group_of, experiment.model),
    )
    data, arrays, _ = next(placement.asked(programs, np.arange(self._trials)))
    return programs, data, arrays


def passes_together() -> int:
  """Steps that are timed as one call: several, where the host would be waited for."""
  return 1 if jax.default_backend() == 'cpu' else _TOGETHER


def require_trunk(experiment: Experiment) -> None:
  """Refuses a model without the 3D CNN.

  Raises:
    InputError: it is such a model.
  """
  if not MODELS[experiment.model].has_trunk:
    raise InputError(
      f'model: {experiment.model} has no 3D CNN, and only such models are counted; set '
      '--config.model=stc_nlstm, or take a launch file without :stills'
    )


def _memory(program) -> int:
  sizes = program.memory_analysis()
  return (
    sizes.argument_size_in_bytes
    + sizes.output_size_in_bytes
    + sizes.temp_size_in_bytes
    - sizes.alias_size_in_bytes
  )
