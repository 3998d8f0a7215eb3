import dataclasses

import clip_sets
import jax
import jax.numpy as jnp
import numpy as np

from stc_jax.data import device_data, input, protocols
from stc_jax.data.trial_arrays import trial_arrays
from stc_jax.tasks.classification import Classification

PROTOCOL = protocols.ProtocolConfig(
  kind='folds', folds=3, repeats=1, unit='subject', seed=0
)
PLAIN = dataclasses.replace(clip_sets.INPUT, transforms=())
STEPS, BATCH = 7, 4


def material():
  clip_set = clip_sets.random(subjects=7)
  trials = protocols.trials(clip_set, PROTOCOL)
  arrays = trial_arrays(clip_set, trials, STEPS, BATCH, Classification().weights)
  rows = [jax.tree.map(lambda leaf: jnp.asarray(leaf[i]), arrays) for i in range(3)]  # noqa: B023
  data = jax.tree.map(jnp.asarray, device_data.device_arrays(clip_set))
  return clip_set, data, trials, rows


def batch_of(data, trial, step, augment, size=PLAIN):
  shown = device_data.sample_step(trial, jnp.int32(step), augment, size)
  return device_data.training_batch(data, trial.normalisation, shown, size)


def test_a_batch_is_gathered_from_frames_that_lie_there_once():
  clip_set, data, _, (trial, *_) = material()
  batch = batch_of(data, trial, 3, augment='none')
  clips = np.asarray(trial.order[3])
  pixels = jnp.asarray(clip_set.frames[clip_set.windows[clips]], jnp.float32)
  lengths = jnp.asarray(clip_set.lengths[clips])
  ours = input.network_input(pixels, lengths, trial.normalisation, PLAIN)
  np.testing.assert_allclose(batch.clips.video, ours.video, atol=1e-5)
  np.testing.assert_array_equal(batch.clips.lengths, lengths)
  np.testing.assert_array_equal(batch.targets, clip_set.targets[clips])


def test_normalisation_knows_the_training_side_alone():
  clip_set, data, trials, rows = material()
  every = jnp.arange(len(clip_set))
  for trial, row in zip(trials, rows, strict=True):
    pixels = clip_set.frames[clip_set.windows] / 255.0
    train = pixels[trial.train]
    expected = (pixels - train.mean((0, 1, 2, 3))) / train.std((0, 1, 2, 3))
    (ours,) = device_data.eval_views(data, row.normalisation, every, PLAIN)
    np.testing.assert_allclose(ours.video, expected, atol=2e-3)


def test_augmented_batches_differ_in_looks_only():
  _, data, _, (trial, *_) = material()
  plain = batch_of(data, trial, 0, augment='none')
  varied = batch_of(data, trial, 0, augment='strong')
  np.testing.assert_array_equal(plain.targets, varied.targets)
  difference = np.abs(plain.clips.video - varied.clips.video)
  changed = difference.max(axis=(1, 2, 3, 4)) > 1e-3
  assert changed.mean() >= 0.5


def test_jittered_training_shows_other_frames_in_their_order():
  clip_set, data, _, (trial, *_) = material()
  count, frames = len(clip_set), PLAIN.frames
  numbers = np.arange(len(clip_set.frames), dtype=np.int32)
  # Every other clip is too short to choose from.
  num_candidates = np.where(np.arange(count) % 2, frames, 4 * frames).astype(np.int32)
  starts = np.minimum(np.arange(count) * frames, len(numbers) - 4 * frames)
  candidates = numbers[starts[:, None] + np.arange(4 * frames)]
  data = data._replace(
    candidates=jnp.array(candidates), num_candidates=jnp.array(num_candidates)
  )
  size = dataclasses.replace(PLAIN, training_sampling='jittered')
  pixels = jnp.arange(len(numbers), dtype=jnp.float32)[:, None, None, None]
  data = data._replace(frames=jnp.broadcast_to(pixels, data.frames.shape))
  normalisation = input.Normalisation(jnp.zeros(3), jnp.full(3, 255.0))
  seen = set()
  for step in range(STEPS):
    shown = device_data.sample_step(trial, jnp.int32(step), 'none', size)
    batch = device_data.training_batch(data, normalisation, shown, size)
    for clip, video in zip(np.asarray(shown.clips), batch.clips.video, strict=True):
      found = np.asarray(video[:, 0, 0, 0]).round().astype(int)
      if num_candidates[clip] == frames:
        np.testing.assert_array_equal(found, clip_set.windows[clip])
        continue
      assert (np.diff(found) >= 0).all()
      assert set(found) <= set(candidates[clip])
      assert found[-1] >= starts[clip] + 0.5 * 4 * frames
      seen.add(tuple(found - starts[clip]))
  assert len(seen) > STEPS


def test_a_mirrored_view_beside_the_original():
  _, data, _, (trial, *_) = material()
  size = dataclasses.replace(PLAIN, views=('original', 'mirrored'))
  clips = jnp.arange(3)
  original, mirrored = device_data.eval_views(data, trial.normalisation, clips, size)
  np.testing.assert_array_equal(original.video[:, :, :, ::-1], mirrored.video)


def test_test_clips_are_padded_to_whole_batches():
  _, _, trials, rows = material()
  for trial, row in zip(trials, rows, strict=True):
    assert row.test.shape[0] % BATCH == 0
    np.testing.assert_array_equal(row.test[: len(trial.test)], trial.test)


def pixels_of(data, trial):
  """Yields, step by step, what training shows, and its pixels in 0..255."""
  normalisation = input.Normalisation(jnp.zeros(3), jnp.full(3, 255.0))

  @jax.jit
  def at(step):
    shown = device_data.sample_step(trial, step, 'none', PLAIN)
    batch = device_data.training_batch(data, normalisation, shown, PLAIN)
    return shown, batch.clips.video

  for step in range(STEPS):
    shown, video = at(jnp.int32(step))
    yield shown, np.asarray(video)


def resting(data):
  """The same clips, every third of them of faces at rest."""
  return data._replace(at_rest=jnp.arange(len(data.lengths)) % 3 == 0)


def test_no_shown_frame_equals_another_whatever_the_class():
  """Also of clips that are one picture, so that equal frames tell nothing."""
  _, plain, _, (trial, *_) = material()
  data = resting(plain)._replace(frames=jnp.full_like(plain.frames, 90))
  noise = {True: [], False: []}
  for shown, video in pixels_of(data, trial):
    pairs = np.abs(video[:, :, None] - video[:, None]).max((3, 4, 5))
    assert (pairs[:, ~np.eye(PLAIN.frames, dtype=bool)] > 0.3).all()
    for clip, pixels in zip(shown.clips, video, strict=True):
      noise[bool(data.at_rest[clip])].append(pixels.std())
  for drawn in noise.values():
    assert 0.4 < min(drawn) < 1 < max(drawn) < 2.5


def test_faces_at_rest_are_every_third_clip_that_is_shown():
  clip_set, _, trials, _ = material()
  at_rest = np.arange(len(clip_set)) % 2 == 0
  filmed = dataclasses.replace(clip_set, at_rest=at_rest)
  steps = 40 * 16
  weights = Classification().weights
  arrays = trial_arrays(filmed, trials, steps, BATCH, weights)
  for trial, order in zip(trials, arrays.order, strict=True):
    share = at_rest[trial.train].mean()
    wanted = share / (share + 2 * (1 - share))
    assert abs(at_rest[order].mean() - wanted) < 0.02
    assert set(order.ravel()) == set(trial.train)


def test_heads_sway_alike_at_rest_and_in_expressions():
  """Else the sway itself would be a sign of rest."""
  _, plain, _, (trial, *_) = material()
  ramp = jnp.broadcast_to(jnp.arange(16.0)[:, None] * 12, (16, 16))[..., None]
  frames = jnp.broadcast_to(ramp, plain.frames.shape).astype(jnp.uint8)
  data = resting(plain)._replace(frames=frames)
  moved = {True: [], False: []}
  for shown, video in pixels_of(data, trial):
    rows = video[:, :, 4:12].mean((2, 3, 4)) / 12  # in pixels
    for clip, swayed in zip(shown.clips, np.ptp(rows, axis=1), strict=True):
      moved[bool(data.at_rest[clip])].append(swayed)
  for found in moved.values():
    assert min(found) < 0.1
    assert 0.1 < max(found) < 0.7


def test_without_a_class_of_rest_nothing_is_filmed():
  _, data, _, (trial, *_) = material()
  assert data.at_rest is None
  shown = device_data.sample_step(trial, jnp.int32(2), 'none', PLAIN)
  batch = device_data.training_batch(data, trial.normalisation, shown, PLAIN)
  unfilmed = shown._replace(filming=None)
  other = device_data.training_batch(data, trial.normalisation, unfilmed, PLAIN)
  np.testing.assert_array_equal(batch.clips.video, other.clips.video)
