"""A real face in motion, and a model small enough to train in a second."""

import pathlib

import cv2
import numpy as np
import skimage.data

SIZE, FRAMES = 48, 3
LABELS = ('brows_up', 'mouth_open', 'nod')
SUBJECTS = ('anna', 'ben', 'carl', 'dora')

PREPARE = ('stc_jax.prepare', '--dataset=clip_folder')

# Without optimisation XLA compiles in half the time, and in a third of it with the old
# emitters of fused loops. Those round differently from program to program.
ONLY_UNOPTIMISED = (
  '--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true'
)
FAST = {
  'XLA_FLAGS': f'{ONLY_UNOPTIMISED} --xla_cpu_use_fusion_emitters=false',
  'JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS': '0',
}
NETWORK = {
  'input.height': '16',
  'input.width': '16',
  'stc_nlstm.notation': 'C(3,4)-BN-P2-C(3,4)-S',
  'stc_nlstm.levels': '(4, 2)',
  'stc_nlstm.lstm_width': '8',
  'stc_nlstm.lstm_layers': '1',
}
_FIELDS = NETWORK | {
  'input.frames': '5',  # more than any clip has
  'protocol.folds': '2',
  'training.stages': '((60, 0.001),)',
  'training.batch_size': '4',
  'execution.steps_per_chunk': '2',
}


def command(data_dir: pathlib.Path, workdir: pathlib.Path, **fields: str) -> list[str]:
  """The command of a small run; `fields` are other values, __ standing for the dot."""
  return of_launch_file('clip_folder', data_dir, workdir, _FIELDS, **fields)


def of_launch_file(
  name: str,
  data_dir: pathlib.Path,
  workdir: pathlib.Path,
  fields: dict[str, str],
  **other: str,
) -> list[str]:
  """The command of any; `other` as in `command`."""
  other = {name.replace('__', '.'): value for name, value in other.items()}
  set_fields = {'execution.data_dir': str(data_dir)} | fields | other
  unread = {'given': ('folds',), 'fixed': ('folds',), 'all': ('folds', 'repeats')}
  for field in unread.get(set_fields.get('protocol.kind'), ()):
    set_fields.pop(f'protocol.{field}', None)
  return [
    'stc_jax.main',
    f'--config=launch/{name}.py',
    f'--workdir={workdir}',
    *(f'--config.{name}={value}' for name, value in set_fields.items()),
  ]


def write_clips(folder: pathlib.Path, subjects: tuple[str, ...] = SUBJECTS) -> None:
  """Writes two clips for each subject and label, as `clip_folder` wants them.

  The face is Eileen Collins's (NASA, public domain), moved by warps that grow over a
  clip; the subjects differ in side, contrast and brightness.
  """
  portrait = cv2.cvtColor(skimage.data.astronaut()[20:190, 140:310], cv2.COLOR_RGB2GRAY)
  face = cv2.resize(portrait, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
  for number, subject in enumerate(subjects):
    own = face[:, ::-1] if number % 2 else face
    own = np.clip((0.6 + 0.1 * number) * own + 12 * number, 0, 255).astype(np.uint8)
    for label in LABELS:
      for take in (1, 2):
        clip = folder / label / f'{subject}_{take}'
        clip.mkdir(parents=True)
        for frame in range(FRAMES):
          strength = (3 + take) * frame / (FRAMES - 1)
          picture = _moved(own, label, strength)
          assert cv2.imwrite(str(clip / f'{frame}.png'), picture)


def _moved(face: np.ndarray, label: str, strength: float) -> np.ndarray:
  """Warps the brows up, the lower face down, or the whole face, by so many pixels."""
  y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
  shift = {
    'brows_up': strength * _bump(x, y, 24, 20, 12, 5),
    'mouth_open': -strength * _bump(x, y, 24, 40, 8, 6),
    'nod': np.full_like(y, -strength / 2),
  }[label]
  return cv2.remap(face, x, y + shift, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)


def _bump(x, y, centre_x, centre_y, width, height):
  square = ((x - centre_x) / width) ** 2 + ((y - centre_y) / height) ** 2
  return np.exp(-square / 2).astype(np.float32)
