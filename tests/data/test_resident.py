import clip_sets
import jax
import jax.numpy as jnp
import numpy as np

from stc_jax.data import folds, resident, source

PROTOCOL = folds.ProtocolConfig(
  folds=3, repeats=1, unit='subject', seed=0, first_trials=0
)


def material(batch_size=4):
  clip_set = clip_sets.random(subjects=7)
  clips = source.fixed_length(clip_set, 4, 16, 16, frame_rate=0.0)
  data = resident.resident(clips, clip_set.labels)
  stack = resident.stack_trials(folds.trials(clip_set, PROTOCOL), batch_size)
  rows = [jax.tree.map(lambda leaf: jnp.asarray(leaf[i]), stack) for i in range(3)]  # noqa: B023
  return jax.tree.map(jnp.asarray, data), rows


def drawn(data, trial, size, steps):
  """Which clips batches hold, found by their pixels."""
  normalised = resident.normalise(data.clips.astype(jnp.float32), data, trial)
  sums = np.asarray(normalised.sum(axis=(1, 2, 3, 4)))
  found = []
  for step in range(steps):
    video, labels = resident.training_batch(
      data, trial, jnp.int32(step), jax.random.key(0), size, augment=False
    )
    for total, label in zip(video.sum(axis=(1, 2, 3, 4)), labels, strict=True):
      index = int(np.abs(sums - total).argmin())
      assert data.labels[index] == label
      found.append(index)
  return found


def test_an_epoch_shows_every_training_clip_once_and_no_other():
  data, trials = material()
  trial = trials[1]
  real = set(np.asarray(trial.train[: trial.train_count]).tolist())
  shown = drawn(data, trial, size=5, steps=2 * len(real) // 5 + 1)
  for epoch in range(2):
    assert set(shown[epoch * len(real) : (epoch + 1) * len(real)]) == real
  assert shown[: len(real)] != shown[len(real) : 2 * len(real)]


def test_a_batch_larger_than_the_fold():
  data, trials = material()
  count = int(trials[0].train_count)
  shown = drawn(data, trials[0], size=2 * count + 3, steps=1)
  assert len(set(shown[:count])) == count
  assert set(shown) == set(shown[:count])


def test_normalisation_knows_the_training_fold_alone():
  data, trials = material()
  for trial in trials:
    train = np.asarray(trial.train[: trial.train_count])
    pixels = np.asarray(data.clips)[train] / 255.0
    expected = (
      np.asarray(data.clips) / 255.0 - pixels.mean((0, 1, 2, 3))
    ) / pixels.std((0, 1, 2, 3))
    ours = resident.normalise(data.clips.astype(jnp.float32), data, trial)
    np.testing.assert_allclose(ours, expected, atol=2e-3)


def test_augmented_batches_differ_in_variants_only():
  data, trials = material()
  arguments = (data, trials[0], jnp.int32(0), jax.random.key(0), 12)
  plain, labels = resident.training_batch(*arguments, augment=False)
  varied, same_labels = resident.training_batch(*arguments, augment=True)
  np.testing.assert_array_equal(labels, same_labels)
  changed = np.abs(plain - varied).max(axis=(1, 2, 3, 4)) > 1e-3
  assert changed.mean() > 0.5
