"""What a model's users are told of it."""

import dataclasses

from fakes import fake_model

from stc_jax.bundle import purpose
from stc_jax.tasks.registry import TaskConfig


def of(*names, **fields):
  subjects = dict.fromkeys(names, ('s1',))
  return dataclasses.replace(fake_model.bundle(), subjects=subjects, **fields)


def test_a_model_of_rendered_faces_alone_is_not_for_real_ones():
  rendered, mixed = of('synthetic_faces/1.0.0'), of('synthetic_faces/1.0.0', 'mmi')
  assert "can't be used for real faces" in ' '.join(purpose.limits(rendered))
  assert 'real faces' not in ' '.join(purpose.limits(mixed))
  assert 'mmi, synthetic_faces (rendered faces)' in purpose.uses(mixed)[1]
  started = {'start_from': {'dataset': {'name': 'synthetic_faces/1.0.0'}}}
  tuned = of('mmi', provenance={'dataset': {'name': 'mmi'}, **started})
  assert purpose.limits(tuned) == purpose.limits(mixed)


def test_the_words_fit_the_task_and_the_crops():
  cropped = of('mmi', alignment={'align': 'none'})
  units = of('bp4d', task=TaskConfig('detection', (1, 12), 0.0, 'none'))
  units = dataclasses.replace(units, names=('AU1', 'AU12'))
  assert 'one of 2 labels: dark, bright' in purpose.uses(cropped)[0]
  assert 'whole frame' in purpose.uses(cropped)[2]
  assert 'which action units' in purpose.uses(units)[0]
  assert 'finds upright faces' in purpose.uses(units)[2]
