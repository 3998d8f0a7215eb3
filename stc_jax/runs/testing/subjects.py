"""Which models may test which clips: those that didn't train on the clip's subject."""

import numpy as np
from jaxtyping import Int

from stc_jax.errors import InputError, first_few
from stc_jax.runs.clip_people import ClipPeople
from stc_jax.runs.testing.finished_model import FinishedModel


def allowed(
  model: FinishedModel, people: ClipPeople, kept: Int[np.ndarray, 'm']
) -> dict[str, Int[np.ndarray, '_']]:
  """The clips that each bundle may test, by its name.

  Args:
    model: whose bundles are asked; one without known subjects may test every clip.
    people: of the set.
    kept: the clips to test.

  Raises:
    InputError: every bundle was trained on the subject of one of these clips.
  """
  trained = {name: people.trained(own)[kept] for name, own in model.subjects()}
  by_all = np.logical_and.reduce(list(trained.values()))
  if by_all.any():
    seen = sorted({'/'.join(people.people[i]) for i in kept[by_all]})
    every = len({people.people[i] for i in kept})
    raise InputError(
      f'{model.folder}: was trained on {len(seen)} of the {every} subjects of the set '
      f'to test ({first_few(seen)}); test it on people that it never saw, or name the '
      'run whose trials left them out'
    )
  return {name: kept[~own] for name, own in trained.items()}
