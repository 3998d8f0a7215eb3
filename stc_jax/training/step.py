"""One step of one trial: it knows neither devices nor other trials."""

import jax
import optax
from flax import linen as nn
from jaxtyping import Array, Float, Int

from stc_jax.data.resident import Resident, TrialIndices, normalise, training_batch
from stc_jax.training.optimizer import TrainingConfig
from stc_jax.training.state import TrainState, create

# What a trial's key is folded with: one number for each use of randomness.
INIT, BATCH, DROPOUT = range(3)


def trial_key(trial: TrialIndices, use: int) -> Array:
  """The key of one use of randomness in a trial."""
  return jax.random.fold_in(jax.random.key(trial.seed), use)


def init(
  model: nn.Module,
  optimizer: optax.GradientTransformation,
  config: TrainingConfig,
  data: Resident,
  trial: TrialIndices,
) -> TrainState:
  """A trial's first state."""
  video = normalise(data.clips[:1].astype('float32'), data, trial)
  return create(model, optimizer, trial_key(trial, INIT), video, config.steps)


def train_step(
  model: nn.Module,
  optimizer: optax.GradientTransformation,
  config: TrainingConfig,
  data: Resident,
  trial: TrialIndices,
  state: TrainState,
) -> TrainState:
  """Draws the step's batch and descends its cross-entropy."""
  key = trial_key(trial, BATCH)
  video, labels = training_batch(
    data, trial, state.step, key, config.batch_size, config.augment
  )
  dropout = jax.random.fold_in(trial_key(trial, DROPOUT), state.step)

  def loss_of(params):
    logits, updates = model.apply(
      {'params': params, 'batch_stats': state.batch_stats},
      video,
      train=True,
      mutable=['batch_stats'],
      rngs={'dropout': dropout},
    )
    return cross_entropy(logits, labels, config.label_smoothing), (logits, updates)

  grads_of = jax.value_and_grad(loss_of, has_aux=True)
  (loss, (logits, updates)), grads = grads_of(state.params)
  changes, opt_state = optimizer.update(grads, state.opt_state, state.params)
  accuracy = (logits.argmax(axis=-1) == labels).mean()
  return state.replace(
    step=state.step + 1,
    params=optax.apply_updates(state.params, changes),
    batch_stats=updates.get('batch_stats', {}),
    opt_state=opt_state,
    losses=state.losses.at[state.step].set(loss),
    accuracies=state.accuracies.at[state.step].set(accuracy),
  )


def cross_entropy(
  logits: Float[Array, 'b n'], labels: Int[Array, 'b'], smoothing: float
) -> Float[Array, '']:
  """Mean softmax cross-entropy against labels smoothed towards uniform."""
  targets = optax.smooth_labels(
    jax.nn.one_hot(labels, logits.shape[-1], dtype=logits.dtype), smoothing
  )
  return optax.softmax_cross_entropy(logits, targets).mean()


def train_chunk(
  model: nn.Module,
  optimizer: optax.GradientTransformation,
  config: TrainingConfig,
  data: Resident,
  trial: TrialIndices,
  state: TrainState,
) -> tuple[TrainState, Float[Array, '']]:
  """`steps_per_chunk` steps as one scan; those past the last stage do nothing.

  Also returns the last step's loss: the state's own memory goes to the next chunk.
  """

  def body(state, _):
    def step(state):
      return train_step(model, optimizer, config, data, trial, state)

    return jax.lax.cond(state.step < config.steps, step, lambda s: s, state), None

  state, _ = jax.lax.scan(body, state, length=config.steps_per_chunk)
  return state, state.losses[state.step - 1]


def predict(
  model: nn.Module,
  batch_size: int,
  data: Resident,
  trial: TrialIndices,
  variables: dict,
) -> Float[Array, 'm n']:
  """Class probabilities of the trial's padded test clips, with running statistics."""

  def one_batch(index):
    video = normalise(data.clips[index].astype('float32'), data, trial)
    return jax.nn.softmax(model.apply(variables, video, train=False))

  batches = trial.test.reshape(-1, batch_size)
  return jax.lax.map(one_batch, batches).reshape(trial.test.shape[0], -1)
