"""The parts of the program that are measured, each as one function."""

import dataclasses
import io
import pathlib
import tempfile

import cv2
import jax
import numpy as np
from rich.console import Console

from stc_jax.data import source
from stc_jax.data.folds import Trial
from stc_jax.data.resident import Resident, TrialIndices, resident, stack_trials
from stc_jax.experiment import Experiment
from stc_jax.faces import clips
from stc_jax.models import stc
from stc_jax.progress import TrainingProgress
from stc_jax.speed.clock import Timing, measure
from stc_jax.training import loop
from stc_jax.training.trials import Programs, trial_mesh

CLASSES = 6
# Clips that lie on the device, and clips tested; random pixels take as long as faces.
CLIPS = 64
# A step past a run's last does nothing; no measurement gets so far.
_STEPS = 100_000
# A chunk of the measured loop lasts about so long, as in a real run.
_CHUNK_SECONDS = 2.0
_LOOP_CHUNKS = 3
# Raw frames as CK+ has them.
_RAW_FRAMES, _RAW_HEIGHT, _RAW_WIDTH, _PREPARED = 32, 490, 640, 64


@dataclasses.dataclass(frozen=True)
class Measured:
  """One part's figures.

  Attributes:
    timing: of one call.
    items: in one call, of `unit`.
    compile_seconds: spent before the first call.
    memory_bytes: of the compiled program: arguments, results and temporaries.
  """

  timing: Timing
  items: int
  unit: str
  compile_seconds: float = 0.0
  memory_bytes: int = 0


class Workload:
  """A launch file's model on random clips, resident on the devices.

  Args:
    experiment: model and training count; the dataset isn't read.
    trials: on all devices together, each in turn on its own.
    devices: how many of those there are.
  """

  def __init__(self, experiment: Experiment, trials: int = 1, devices: int = 1):
    training = dataclasses.replace(
      experiment.training, steps_per_chunk=1, stages=((_STEPS, 0.001),)
    )
    self._experiment = dataclasses.replace(experiment, training=training)
    self._trials, self._devices = trials, devices
    size, random = experiment.model.architecture, np.random.default_rng(0)
    shape = (CLIPS, size.frames, size.height, size.width, 3)
    pixels = random.integers(0, 256, shape, np.uint8)
    self._data = resident(pixels, random.integers(0, CLASSES, CLIPS))
    every = np.arange(CLIPS)
    one = Trial(repeat=0, fold=0, seed=0, train=every, test=every)
    self._stack = stack_trials([one] * trials, experiment.training.batch_size)

  def training(self, repeats: int) -> Measured:
    """One step of every trial, with drawing, augmentation and the optimiser."""
    programs, data, trials = self._on_device(self._experiment)
    states = programs.init(data, trials)

    def call():
      nonlocal states
      states, losses = programs.train_chunk(data, trials, states)
      losses.block_until_ready()

    timing = measure(call, repeats)
    return Measured(
      timing,
      self._trials * self._experiment.training.batch_size,
      'clips',
      programs.compile_seconds,
      _memory(programs.train_chunk),
    )

  def inference(self, repeats: int) -> Measured:
    """The test of a trial: class probabilities of resident clips."""
    programs, data, trials = self._on_device(self._experiment)
    variables = programs.init(data, trials).variables
    timing = measure(
      lambda: programs.predict(data, trials, variables).block_until_ready(), repeats
    )
    return Measured(
      timing,
      self._stack.test.size,
      'clips',
      programs.compile_seconds,
      _memory(programs.predict),
    )

  def whole_loop(self, step: Timing, repeats: int) -> Measured:
    """Trials as a run trains them, with progress and checkpoints; tests apart.

    `step` is what a step takes by itself, from which the chunk's length follows.
    """
    chunk = max(1, round(_CHUNK_SECONDS / step.median))
    training = dataclasses.replace(
      self._experiment.training,
      steps_per_chunk=chunk,
      stages=((_LOOP_CHUNKS * chunk, 0.001),),
    )
    experiment = dataclasses.replace(self._experiment, training=training)
    programs, _, _ = self._on_device(experiment)
    programs.compile_all()
    seconds = []
    for _ in range(repeats):
      with tempfile.TemporaryDirectory() as folder:
        progress = TrainingProgress(
          trials=self._trials,
          steps=training.steps,
          sequences=training.batch_size,
          done=0,
          console=Console(file=io.StringIO()),
        )
        names = [f'0-{number}' for number in range(self._trials)]
        run = loop.Run(
          programs,
          training,
          self._data,
          self._stack,
          names,
          pathlib.Path(folder),
          progress,
        )
        with progress:
          list(run.finish(np.arange(self._trials), self._trials))
        seconds.append(run.train_seconds)
    timing = Timing(float(np.median(seconds)), min(seconds), max(seconds))
    items = self._trials * training.steps * training.batch_size
    return Measured(timing, items, 'clips', programs.compile_seconds)

  def _on_device(
    self, experiment: Experiment
  ) -> tuple[Programs, Resident, TrialIndices]:
    model = stc.build(experiment.model, CLASSES)
    mesh = trial_mesh(self._devices)
    programs = Programs(model, experiment.training, self._data, self._stack, mesh)
    return programs, programs.put_shared(self._data), programs.put_trials(self._stack)


def input_pipeline(builder, experiment: Experiment, repeats: int) -> Measured:
  """A prepared set, from its files to device memory at the model's size."""
  size, frame_rate = experiment.model.architecture, experiment.dataset.frame_rate
  count = builder.info.splits['data'].num_examples

  def call():
    clip_set = source.load(builder)
    fixed = source.fixed_length(
      clip_set, size.frames, size.height, size.width, frame_rate
    )
    jax.block_until_ready(jax.device_put(resident(fixed, clip_set.labels)))

  return Measured(measure(call, repeats), count, 'clips')


def preprocessing(repeats: int) -> Measured:
  """Raw PNG frames of 640 x 490, read and resized as `prepare --align=none` does."""
  random = np.random.default_rng(0)
  small = random.integers(0, 256, (_RAW_FRAMES, 49, 64, 3), np.uint8)
  with tempfile.TemporaryDirectory() as folder:
    paths = [pathlib.Path(folder) / f'{i}.png' for i in range(_RAW_FRAMES)]
    for path, frame in zip(paths, small, strict=True):
      cv2.imwrite(str(path), cv2.resize(frame, (_RAW_WIDTH, _RAW_HEIGHT)))
    timing = measure(lambda: clips.read_images(paths, _PREPARED), repeats)
  return Measured(timing, _RAW_FRAMES, 'frames')


def _memory(program) -> int:
  sizes = program.memory_analysis()
  return (
    sizes.argument_size_in_bytes
    + sizes.output_size_in_bytes
    + sizes.temp_size_in_bytes
    - sizes.alias_size_in_bytes
  )
