"""Model configurations that tests share."""

import dataclasses

from stc_jax.launch import ck_plus
from stc_jax.models import shapes
from stc_jax.models.config import NestedConfig

PAPER = NestedConfig(**ck_plus.get_config('paper').stc_nlstm)
VIDEO = shapes.one_clip(18, 64, 64, 3)
# Odd sizes: no level of the pyramid divides them, and P2 drops a row.
SMALL = dataclasses.replace(
  PAPER, notation='C(3,8)-BN-P2-C(3,8)-C(3,8)-P2-S', lstm_width=12
)
SMALL_VIDEO = shapes.one_clip(5, 19, 26, 3)
# The paper's layers with fewer filters. With 64, some maximum of the millions is so
# close that float32 and float64 choose differently, PyTorch's own included.
NARROW = dataclasses.replace(
  PAPER, notation=PAPER.notation.replace('C(3,64)', 'C(3,16)'), lstm_width=12
)
