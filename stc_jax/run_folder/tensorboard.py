"""Training curves and test accuracy as TensorBoard events, without TensorFlow."""

import pathlib
import shutil
from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from tensorboardX import SummaryWriter


def write_trial(
  folder: pathlib.Path,
  losses: Float[np.ndarray, 'steps'],
  accuracies: Float[np.ndarray, 'steps'],
  tested: Mapping[str, float | None],
) -> None:
  """Writes the events of a trial, and removes those of a killed attempt."""
  shutil.rmtree(folder, ignore_errors=True)
  with SummaryWriter(str(folder)) as writer:
    for step, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True), 1):
      writer.add_scalar('train/loss', loss, step)
      writer.add_scalar('train/accuracy', accuracy, step)
    for name, value in tested.items():
      if value is not None:
        writer.add_scalar(f'test/{name}', value, len(losses))
