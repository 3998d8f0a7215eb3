"""One step of one trial; it doesn't depend on other trials or the source of batches."""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from flax import linen as nn
from jaxtyping import Array, Float, Int

from stc_jax.data.device_data import Batch
from stc_jax.data.input import NetworkInput
from stc_jax.models.stc import AUXILIARY
from stc_jax.tasks.task import Task
from stc_jax.training.mesh import DataAxis
from stc_jax.training.state import TrainState


class Learner(NamedTuple):
  """The common part of all steps of a run.

  Attributes:
    model: the network.
    optimizer: how gradients become updates.
    task: how outputs meet targets.
    axis: the devices that a batch is spread over.
  """

  model: nn.Module
  optimizer: optax.GradientTransformation
  task: Task
  axis: DataAxis


def train_step(
  learner: Learner, state: TrainState, batch: Batch, key: Array
) -> tuple[TrainState, dict[str, Float[Array, '']]]:
  """Descends the mean loss of a batch; also returns its metric sums.

  If a model has auxiliary outputs, the mean of their losses is added to the loss of the
  main output. The metrics are of the main output.
  """
  model, optimizer, task, axis = learner

  def loss_of(params):
    logits, updates = model.apply(
      {'params': params, 'batch_stats': state.batch_stats},
      *batch.clips,
      train=True,
      mutable=['batch_stats', AUXILIARY],
      rngs={'dropout': key},
    )
    losses = task.losses(logits, batch.targets)
    for auxiliary in _auxiliary(updates):
      losses += jax.vmap(task.losses, (0, None))(auxiliary, batch.targets).mean(axis=0)
    return losses.mean(), (logits, updates)

  grads, (logits, updates) = jax.grad(loss_of, has_aux=True)(state.params)
  with jax.named_scope('optimizer'):  # names the kernels in a profile
    grads = axis.mean(grads)
    changes, opt_state = optimizer.update(grads, state.opt_state, state.params)
    params = optax.apply_updates(state.params, changes)
  state = state.replace(
    step=state.step + 1,
    params=params,
    batch_stats=updates.get('batch_stats', {}),
    opt_state=opt_state,
  )
  return state, axis.sum(task.sums(logits, batch.targets))


class Progress(NamedTuple):
  """The values that the host reads between chunks.

  Attributes:
    loss: of the last step.
    diverged: the first step (from 1) whose loss isn't finite, or the last one if its
      parameters aren't finite; 0: none.
  """

  loss: Float[Array, '*trials']
  diverged: Int[Array, '*trials']


def train_chunk(
  learner: Learner,
  batch_at: Callable[[Int[Array, '']], tuple[Batch, Array]],
  length: int,
  state: TrainState,
) -> tuple[TrainState, Progress]:
  """Runs `length` steps as one scan; steps after the run's last change nothing.

  `batch_at` makes a step's batch and its key. The progress is returned separately,
  because the memory of the state is reused by the next chunk.
  """
  steps = len(state.curves['loss'])

  def step(state):
    with jax.named_scope('input'):
      batch, key = batch_at(state.step)
    after, metrics = train_step(learner, state, batch, key)
    curves = {
      name: curve.at[state.step].set(metrics[name])
      for name, curve in state.curves.items()
    }
    return after.replace(curves=curves)

  def body(state, _):
    live = state.step < steps
    if jax.default_backend() == 'cpu':
      return jax.lax.cond(live, step, lambda state: state, state), None
    # Elementwise: a branch would make the host wait for a GPU at every step.
    choose = functools.partial(jnp.where, live)
    return jax.tree.map(choose, step(state), state), None

  state, _ = jax.lax.scan(body, state, length=length)
  last = state.step - 1
  loss = state.curves['loss'][last] / state.curves['count'][last]
  return state, Progress(loss, _diverged(state))


def _diverged(state: TrainState) -> Int[Array, '']:
  """See `Progress`; no loss has been computed with the last step's parameters."""
  bad = ~jnp.isfinite(state.curves['loss'])
  finite = [jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(state.variables)]
  at_last = jnp.where(jnp.stack(finite).all(), 0, state.step)
  return jnp.where(bad.any(), bad.argmax() + 1, at_last)


def predict(
  learner: Learner,
  views: Callable[[Int[Array, 'b']], list[NetworkInput]],
  batch_size: int,
  clips: Int[Array, 'm'],
  variables: dict,
) -> Float[Array, 'm n']:
  """Predicts clips in whole batches, with running statistics.

  `views` makes several views of a batch; their probabilities are averaged.
  """

  def one_batch(clips):
    shown = views(learner.axis.own(clips))
    mean = mean_probabilities(learner.task, learner.model, variables, shown)
    return learner.axis.whole(mean)

  batches = clips.reshape(-1, batch_size)
  return jax.lax.map(one_batch, batches).reshape(clips.shape[0], -1)


def mean_probabilities(
  task: Task,
  model: nn.Module,
  variables: dict,
  views: Sequence[NetworkInput],
) -> Float[Array, 'b n']:
  """The mean of the probabilities over several views of the same clips."""
  looks = [_probabilities(task, model, variables, clips) for clips in views]
  return sum(looks) / len(looks)


def _probabilities(
  task: Task,
  model: nn.Module,
  variables: dict,
  clips: NetworkInput,
) -> Float[Array, 'b n']:
  """The mean of the main output's and the auxiliary outputs' mean probabilities."""
  logits, more = model.apply(variables, *clips, train=False, mutable=[AUXILIARY])
  answer = task.probabilities(logits)
  for auxiliary in _auxiliary(more):
    answer = (answer + task.probabilities(auxiliary).mean(axis=0)) / 2
  return answer


def _auxiliary(collections: dict) -> list[Float[Array, 'k b n']]:
  """The auxiliary logits that a model sowed: no array, or one."""
  return jax.tree.leaves(collections.get(AUXILIARY, {}))
