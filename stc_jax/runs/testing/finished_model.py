"""A finished model to test: one bundle, or all bundles of a run."""

import dataclasses
import functools
import pathlib
from collections.abc import Iterator

from stc_jax.bundle import bundle_folder
from stc_jax.bundle.bundle import Bundle, check_alike
from stc_jax.data import joining
from stc_jax.data.dataset_config import DatasetConfig
from stc_jax.data.labelled_set import LabelledSet
from stc_jax.data.prepared_set import PreparedSet
from stc_jax.data.protocols import ProtocolConfig
from stc_jax.errors import InputError
from stc_jax.run_folder import layout
from stc_jax.runs import start
from stc_jax.runs.config import ExecutionConfig, Experiment
from stc_jax.training.optimizer import TrainingConfig

_BATCH_SIZE, _MOST = 32, 1024  # where a bundle doesn't say, and at most
_PROTOCOL = ProtocolConfig('all', folds=2, repeats=1, unit='subject', seed=0)


@dataclasses.dataclass(frozen=True)
class FinishedModel:
  """A finished model.

  Attributes:
    folder: of the run or the bundle, as given.
    bundles: by the names of their trials.
    digests: of these bundles.
    run: the folder of the run that they are of; None: they lie elsewhere.
    is_run: whether all bundles of that run are meant.
  """

  folder: pathlib.Path
  bundles: dict[str, Bundle]
  digests: dict[str, str]
  run: pathlib.Path | None
  is_run: bool

  @property
  def first(self) -> Bundle:
    """One bundle; in what a test needs the others are like it, but for weights."""
    return next(iter(self.bundles.values()))

  @property
  def trained_on(self) -> str:
    """The name of the training set: dataset, config and version."""
    return self.first.provenance['dataset']['name']

  @property
  def label(self) -> str:
    """A short name: of its folder, after that of its run."""
    own = [self.folder.resolve().name]
    run = [] if self.is_run or self.run is None else [self.run.resolve().name]
    return '-'.join([*run, *own])

  @functools.cached_property
  def experiment(self) -> Experiment | None:
    """The experiment of its run, if that is known.

    Raises:
      InputError: a file of the run can't be read.
    """
    return None if self.run is None else start.experiment_of(self.run)

  def training_set(self, data_dir: str) -> PreparedSet | LabelledSet:
    """Opens the set that its run was trained on.

    Args:
      data_dir: where it may be prepared, too.

    Raises:
      InputError: its run isn't here, or the set isn't prepared here.
    """
    if self.experiment is None:
      raise InputError('the run of this model is not here')
    own = self.experiment
    try:
      return joining.opened(own.dataset, own.execution.data_dir)
    except InputError:
      return joining.opened(own.dataset, data_dir)

  def test_of(self, dataset: DatasetConfig, execution: ExecutionConfig) -> Experiment:
    """The model on another set, with one device for each bundle."""
    bundle = self.first
    return Experiment(
      dataset=dataset,
      task=bundle.task,
      input=bundle.input,
      model=bundle.model,
      network=bundle.network,
      protocol=_PROTOCOL,
      training=self._training,
      execution=dataclasses.replace(execution, devices_per_trial=1, first_trials=0),
    )

  @property
  def _training(self) -> TrainingConfig:
    """A section whose batches are as large as in training."""
    recorded = self.first.provenance.get('training')
    size = recorded.get('batch_size') if isinstance(recorded, dict) else None
    is_size = isinstance(size, int) and 1 <= size <= _MOST
    return TrainingConfig(
      stages=((1, 0.001),),
      batch_size=size if is_size else _BATCH_SIZE,
      optimizer='adamw',
      momentum=0.9,
      weight_decay=0.0,
      gradient_clip=0.0,
      augment='none',
    )

  def subjects(self) -> Iterator[tuple[str, dict[str, tuple[str, ...]] | None]]:
    """Yields each bundle's name and its training subjects, as in `Bundle`."""
    yield from ((name, bundle.subjects) for name, bundle in self.bundles.items())


def load(folder: pathlib.Path) -> FinishedModel:
  """Opens a bundle, or all bundles of a run.

  Raises:
    InputError: there is no model, or one is damaged; or they aren't of one run.
  """
  if bundle_folder.is_bundle(folder):
    where = folder.resolve()
    run = where.parent.parent
    is_there = layout.is_run(run) and where in layout.models(run)
    found, run, is_run = [folder], run if is_there else None, False
  else:
    found, run, is_run = layout.models(folder), folder, True
    if not found:
      raise InputError(f'{folder}: no model there; name a bundle, or a finished run')
  loaded = {str(one): bundle_folder.load(one) for one in found}
  check_alike(loaded)
  if is_run and not layout.is_run(folder):
    run = None
  return FinishedModel(
    folder,
    {one.name: loaded[str(one)] for one in found},
    {one.name: bundle_folder.digest(one) for one in found},
    run,
    is_run,
  )
