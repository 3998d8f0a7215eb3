"""The finished models of a run: a bundle for each trial."""

import dataclasses
import pathlib

import jax
import numpy as np
from jaxtyping import Float

from stc_jax import provenance
from stc_jax.bundle import bundle_folder
from stc_jax.bundle.bundle import Bundle
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.input import Normalisation
from stc_jax.data.looks import of_clips, spread
from stc_jax.data.protocols import Trial
from stc_jax.errors import InputError
from stc_jax.run_folder import layout
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData, describe_dataset, subjects_of
from stc_jax.tasks.registry import task_of


def bundle_of(
  experiment: Experiment, run_data: RunData, number: int, variables: dict
) -> Bundle:
  """The bundle of trial `number`: its model and everything needed to use it."""
  clip_set, trial = run_data.clip_set, run_data.trials[number]
  start = run_data.start
  subjects = subjects_of(experiment.dataset, clip_set, trial.train)
  return Bundle(
    model=experiment.model,
    network=experiment.network,
    input=experiment.input,
    task=experiment.task,
    names=clip_set.names,
    normalisation=jax.tree.map(
      lambda rows: rows[number], run_data.arrays.normalisation
    ),
    alignment=clip_set.alignment,
    clip_seconds=spread(_seconds(clip_set, trial)),
    clip_motion=spread(clip_set.motion[trial.train]),
    provenance={
      **({'start_from': start.provenance} if start else {}),
      'dataset': describe_dataset(clip_set, task_of(experiment.task)),
      'trial': trial.name,
      'seed': trial.seed,
      'training': experiment.decisive()['training'],
      'revision': provenance.revision(),
      'packages': provenance.packages(),
    },
    variables=variables,
    subjects=start.with_subjects(subjects) if start else subjects,
    clip_looks=of_clips(clip_set, trial.train, experiment.input.varies_stills),
  )


def _seconds(clip_set: ClipSet, trial: Trial) -> Float[np.ndarray, 'n']:
  """The durations of the training clips; of stills only if there are no others."""
  seconds = clip_set.seconds[trial.train]
  windows = clip_set.windows[trial.train]
  is_clip = (windows != windows[:, :1]).any(axis=1)
  return seconds[is_clip] if is_clip.any() else seconds


def read_variables(
  experiment: Experiment, run_data: RunData, trial: str, workdir: pathlib.Path
) -> dict:
  """Reads a finished trial's params and batch_stats, host arrays.

  Raises:
    InputError: there is no such model, or it isn't of this experiment.
  """
  where = layout.model(workdir, trial)
  if not where.exists():
    raise InputError(f'{where}: no model of trial {trial}; train it first')
  found = bundle_folder.load(where)
  wanted = {
    'model': experiment.model,
    'network': experiment.network,
    'input': experiment.input,
    'task': experiment.task,
    'names': run_data.clip_set.names,
  }
  for field, value in wanted.items():
    if getattr(found, field) != value:
      raise InputError(
        f"{where}: field {field} differs from this run's; remove it and train its "
        'trial again'
      )
  return found.variables


def with_normalisation(run_data: RunData, workdir: pathlib.Path) -> RunData:
  """The data with the normalisation of each wanted trial's finished model.

  Raises:
    InputError: a model can't be read.
  """
  found = [
    bundle_folder.load(layout.model(workdir, trial.name)).normalisation
    for trial in run_data.wanted
  ]
  stacked = Normalisation(*map(np.stack, zip(*found, strict=True)))
  arrays = run_data.arrays._replace(
    normalisation=jax.tree.map(
      lambda own, rows: np.concatenate([own, rows[len(own) :]]),
      stacked,
      run_data.arrays.normalisation,
    )
  )
  return dataclasses.replace(run_data, arrays=arrays)
