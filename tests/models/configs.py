"""Model configurations that tests share."""

import dataclasses

from launch import paper
from stc_jax.models.stc import ModelConfig

PAPER = ModelConfig(**paper.get_config().model)
# Odd sizes: no level of the pyramid divides them, and P2 drops a row.
SMALL = dataclasses.replace(
  PAPER, notation='I(19,26,5)-C(3,8)-BN-P2-C(3,8)-C(3,8)-P2-S', lstm_width=12
)
# The paper's layers with fewer filters. With 64, some maximum of the millions is so
# close that float32 and float64 choose differently, PyTorch's own included.
NARROW = dataclasses.replace(
  PAPER, notation=PAPER.notation.replace('C(3,64)', 'C(3,16)'), lstm_width=12
)
