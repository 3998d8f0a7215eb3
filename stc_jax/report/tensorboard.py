"""Training curves and test accuracy as TensorBoard events, without TensorFlow."""

import pathlib
import shutil

import numpy as np
from jaxtyping import Float
from tensorboardX import SummaryWriter


def write_trial(
  folder: pathlib.Path,
  losses: Float[np.ndarray, 'steps'],
  accuracies: Float[np.ndarray, 'steps'],
  test_accuracy: float | None,
) -> None:
  """Writes one trial's events into `folder`, in place of any that a kill left there."""
  shutil.rmtree(folder, ignore_errors=True)
  with SummaryWriter(str(folder)) as writer:
    for step, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), 1):
      writer.add_scalar('train/loss', loss, step)
      writer.add_scalar('train/accuracy', accuracy, step)
    if test_accuracy is not None:
      writer.add_scalar('test/accuracy', test_accuracy, len(losses))
