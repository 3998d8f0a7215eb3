import dataclasses

import clip_sets
import cv2
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stc_jax.data import (
  augment,
  device_data,
  filming,
  host_data,
  input,
  protocols,
  stills,
  warp,
)
from stc_jax.data.trial_arrays import trial_arrays
from stc_jax.errors import InputError
from stc_jax.tasks.classification import Classification

PLAIN = dataclasses.replace(clip_sets.INPUT, transforms=())
MOVED = dataclasses.replace(PLAIN, still_motion=1.0)
SHOWN = dataclasses.replace(PLAIN, still_share=0.4)
PROTOCOL = protocols.ProtocolConfig('all', 3, 1, 'subject', 0)
PIXELS = input.Normalisation(jnp.zeros(3), jnp.full(3, 255.0))
STEPS, BATCH = 12, 6


def some_stills(subjects=7):
  """Every other clip has one frame, which is repeated."""
  plain = clip_sets.random(subjects=subjects)
  is_still = np.arange(len(plain)) % 2 == 0
  windows = np.where(is_still[:, None], plain.windows[:, :1], plain.windows)
  lengths = np.where(is_still, 1, plain.lengths).astype(np.int32)
  return dataclasses.replace(
    plain, windows=windows, lengths=lengths, candidates=windows, num_candidates=lengths
  )


def trial_of(clip_set):
  trials = protocols.trials(clip_set, PROTOCOL)
  arrays = trial_arrays(clip_set, trials, STEPS, BATCH, Classification().weights)
  return jax.tree.map(lambda leaf: jnp.asarray(leaf[0]), arrays)


def batches(clip_set, size, augmentation='none', data=None):
  """Yields clips, pixels and lengths of each step."""
  trial = trial_of(clip_set)
  if data is None:
    data = jax.tree.map(jnp.asarray, device_data.device_arrays(clip_set))

  @jax.jit
  def at(step):
    shown = device_data.sample_step(trial, step, augmentation, size)
    return shown, device_data.training_batch(data, PIXELS, shown, size).clips

  for step in range(STEPS):
    shown, (video, lengths) = at(jnp.int32(step))
    yield np.asarray(shown.clips), np.asarray(video), np.asarray(lengths)


def is_moving(video):
  return np.abs(video - video[:, :1]).max(axis=(1, 2, 3, 4)) > 0.1


def test_without_strength_and_share_nothing_is_drawn():
  assert stills.drawn(jax.random.key(0), 4, PLAIN) is None
  for clips, video, lengths in batches(some_stills(), PLAIN):
    np.testing.assert_array_equal(is_moving(video), clips % 2 == 1)
    np.testing.assert_array_equal(lengths == 1, clips % 2 == 0)


def test_most_stills_are_moved_each_time_in_another_way_and_clips_never():
  clip_set, seen, moved, still = some_stills(), {}, 0, 0
  for clips, video, lengths in batches(clip_set, MOVED):
    moving = is_moving(video)
    for clip, pixels, length, moves in zip(clips, video, lengths, moving, strict=True):
      if clip % 2:
        wanted = clip_set.frames[clip_set.windows[clip]]
        np.testing.assert_allclose(pixels, wanted, atol=1e-2)
        continue
      still, moved = still + 1, moved + moves
      assert length == (PLAIN.frames if moves else 1)
      if moves:
        pairs = np.abs(pixels[:, None] - pixels).max(axis=(2, 3, 4))
        assert (pairs[~np.eye(len(pairs), dtype=bool)] > 0.1).all()
        assert all(np.abs(pixels - old).max() > 0.1 for old in seen.get(clip, []))
        seen.setdefault(clip, []).append(pixels)
  assert max(map(len, seen.values())) > 1
  assert 0.55 < moved / still < 0.95
  one, other = ([v for _, v, _ in batches(clip_set, MOVED, 'strong')] for _ in range(2))
  np.testing.assert_array_equal(one, other)


def test_a_share_of_clips_is_shown_as_one_frame_that_has_changed():
  clip_set = clip_sets.random(subjects=7)
  count = 0
  for clips, video, lengths in batches(clip_set, SHOWN):
    shown = ~is_moving(video)
    np.testing.assert_array_equal(lengths == 1, shown)
    for clip, pixels in zip(clips[shown], video[shown], strict=True):
      own = clip_set.frames[clip_set.windows[clip]].astype(float)
      strongest = np.abs(own - own[0]).mean(axis=(1, 2, 3)).argmax()
      np.testing.assert_allclose(pixels[0], own[strongest], atol=1e-2)
    count += shown.sum()
  assert abs(count / (STEPS * BATCH) - SHOWN.still_share) < 0.15


def test_shown_and_moved_together_change_no_test():
  size = dataclasses.replace(PLAIN, still_motion=1.0, still_share=1.0)
  clip_set = some_stills()
  data = jax.tree.map(jnp.asarray, device_data.device_arrays(clip_set))
  moving = np.concatenate([is_moving(video) for _, video, _ in batches(clip_set, size)])
  assert 0.55 < moving.mean() < 0.95
  every = jnp.arange(len(clip_set))
  tested = [device_data.eval_views(data, PIXELS, every, one) for one in (PLAIN, size)]
  np.testing.assert_array_equal(tested[0][0].video, tested[1][0].video)


def test_host_and_device_show_the_same():
  clip_set = some_stills()
  size = dataclasses.replace(PLAIN, still_motion=1.0, still_share=0.3)
  trial = trial_of(clip_set)
  layout = host_data.layout(STEPS, BATCH, 1)
  order = np.asarray(trial.order)
  part = jax.tree.map(jnp.asarray, host_data.part(clip_set, order, 0, 1))
  here = trial._replace(order=jnp.asarray(layout))
  device = list(batches(clip_set, size, 'mild'))
  for step in range(STEPS):
    shown = device_data.sample_step(here, jnp.int32(step), 'mild', size)
    got = device_data.training_batch(part, PIXELS, shown, size).clips
    np.testing.assert_allclose(got.video, device[step][1], atol=1e-3)
    np.testing.assert_array_equal(got.lengths, device[step][2])


def test_beside_a_class_of_rest_stills_move_further_than_clips():
  clip_set = dataclasses.replace(some_stills(), at_rest=np.zeros(21, bool))
  ramp = jnp.broadcast_to(jnp.arange(16.0)[:, None] * 12, (16, 16))[..., None]
  data = jax.tree.map(jnp.asarray, device_data.device_arrays(clip_set))
  frames = jnp.broadcast_to(ramp, data.frames.shape).astype(jnp.uint8)
  size = dataclasses.replace(MOVED, still_motion=4.0)
  moved = {True: [], False: []}
  for clips, video, _ in batches(clip_set, size, data=data._replace(frames=frames)):
    swayed = np.ptp(video[:, :, 4:12].mean(axis=(2, 3, 4)) / 12, axis=1)
    for clip, one in zip(clips, swayed, strict=True):
      moved[clip % 2 == 0].append(one)
  assert max(moved[False]) < 0.7 < max(moved[True])


def test_motion_is_bounded_smooth_and_strongest_below():
  """Where each pixel comes from, from pictures of rows and columns."""
  height, width, frames, clips = 48, 40, 12, 60
  size = dataclasses.replace(PLAIN, frames=frames, still_motion=1.0)
  motion = stills.drawn(jax.random.key(3), clips, size).motion
  looks = filming.frame_looks(augment.plain(clips), motion)
  rows, columns = np.mgrid[:height, :width].astype(np.float32)
  picture = np.stack([rows, columns, rows], axis=-1)
  video = jnp.asarray(np.broadcast_to(picture, (clips, frames, height, width, 3)))
  ours = augment.vary(video, augment.plain(clips), frame_looks=looks)
  found = np.asarray(ours - video)[:, :, 6:-6, 6:-6, :2]
  # 2 degrees and 2 % at the corner, a shift of 2.5 % and a warp of 3 % of the side.
  reach = np.array([height, width])
  corner = np.hypot(*reach / 2) * (np.deg2rad(2) + 0.0203)
  assert (np.abs(found).max(axis=(0, 1, 2, 3)) < corner + 0.0551 * reach).all()
  assert np.abs(found).max() > 1
  assert np.abs(np.diff(found, axis=1)).max() < np.ptp(found, axis=1).max()
  warped = np.abs(warp_of(motion, height, width)).mean(axis=(0, 1, 2, 4))
  assert warped[-8:].mean() > 2 * warped[:8].mean()


def warp_of(motion, height, width):
  basis = warp.weights(height, width)
  np.testing.assert_allclose(basis.sum(axis=0), 1, atol=1e-5)
  return np.einsum('btkd,khw->btdhw', motion.warp, basis)


def test_a_warp_against_opencv():
  rng = np.random.default_rng(0)
  noise = rng.uniform(0, 255, (33, 48, 3)).astype(np.float32)
  frame = cv2.GaussianBlur(noise, (0, 0), 2)
  shifts = rng.uniform(-0.05, 0.05, (16, 2)).astype(np.float32)
  look = augment.plain(1)._replace(warp=jnp.asarray(shifts[None]))
  video = jnp.asarray(np.broadcast_to(frame, (1, 1, *frame.shape)))
  ours = np.asarray(augment.vary(video, look))[0, 0]
  rows, columns = np.mgrid[:33, :48].astype(np.float32)
  down, right = np.einsum('kd,khw->dhw', shifts, warp.weights(33, 48))
  wanted = cv2.remap(
    frame,
    columns - right * 48,
    rows - down * 33,
    cv2.INTER_LINEAR,
    borderMode=cv2.BORDER_REPLICATE,
  )
  assert np.abs(ours - wanted).max() < 1.5
  assert np.abs(ours - frame).max() > 5


@pytest.mark.parametrize(
  ('fields', 'name'),
  [
    ({'still_motion': -0.1}, 'still_motion'),
    ({'still_motion': 5.0}, 'still_motion'),
    ({'still_share': 1.5}, 'still_share'),
    ({'still_share': 0.5, 'sampling': 'past'}, 'still_share'),
    ({'still_share': 0.5, 'transforms': ('remove_appearance',)}, 'still_share'),
  ],
)
def test_impossible_fields_are_named(fields, name):
  with pytest.raises(InputError, match=f'^{name}: '):
    dataclasses.replace(PLAIN, **fields)


def test_files_keep_the_fields_that_are_set():
  older = PLAIN.recorded()
  assert 'still_motion' not in older
  assert input.InputConfig(**older) == PLAIN
  assert input.InputConfig(**MOVED.recorded()) == MOVED
