"""Trains on clips of one laboratory and stills of another, and tests in a third.

    python -m benchmarks.moved_stills --labs=tuning --out=runs/stills
    python -m benchmarks.moved_stills --labs=tuning --out=runs/stills --motion=1.0

The clips for training go from neutral to the apex. The stills are the last frames of
such clips, of 100 other people. In the third laboratory, 100 people talk, and clips
begin and end anywhere. Both sources are shown equally often. Strengths are chosen on
the laboratories for tuning, and judged on those for reporting. Finished runs are kept,
so the same command continues after a stop; `--seeds` selects those to train.
"""

import pathlib
import subprocess
import sys
from collections.abc import Iterator

import cv2
import numpy as np
from absl import flags
from jaxtyping import Bool

from stc_jax import files
from stc_jax.cli import command_line
from stc_jax.data import preparation, records
from stc_jax.errors import InputError
from stc_jax.predict import model as models
from stc_jax.run_folder import layout

# The laboratories of clips, of stills, and of the test.
GROUPS = {
  'tuning': ('studio', 'archive', 'webcam'),
  'reporting': ('clinic', 'car', 'broadcast'),
}
_LABS = flags.DEFINE_enum('labs', 'tuning', GROUPS, 'Which laboratories.')
_MOTION = flags.DEFINE_float('motion', 0.0, 'input.still_motion.')
_SHARE = flags.DEFINE_float('share', 0.0, 'input.still_share.')
_SEEDS = flags.DEFINE_list('seeds', ['0', '1', '2'], 'Of training.')
_STEPS = flags.DEFINE_integer('steps', 10000, 'Of training; the last fifth is slow.')
_SIZE = flags.DEFINE_integer('size', 48, 'Of frames; smaller ones are for screening.')
_OUT = flags.DEFINE_string('out', None, 'A folder for runs and stills.', required=True)


def clips_of(name: str) -> Iterator[tuple[records.PreparedClip, str]]:
  """Yields all clips of a laboratory, rendered if missing, and their classes."""
  for ending in ('', '_others'):
    builder = preparation.prepare('synthetic_faces', f'laboratory_{name}{ending}')
    classes = builder.info.features['label'].names
    for clip in records.of(builder):
      subject = f'{ending}{clip.subject}'.replace('_', '')
      yield clip._replace(subject=subject), classes[clip.label]


def prepare_stills(name: str, out: pathlib.Path) -> str:
  """Prepares the last frames of a laboratory's clips; returns the set's name."""
  folder = out / f'stills_{name}'
  if not folder.exists():
    with files.whole_folder(folder) as part:
      for number, (clip, label) in enumerate(clips_of(name)):
        path = part / label / f'{clip.subject}_{number}_1.png'
        path.parent.mkdir(exist_ok=True)
        picture = cv2.imencode('.png', clip.frames[-1][:, :, ::-1])[1]
        path.write_bytes(picture.tobytes())
  preparation.prepare('clip_folder', folder.name, manual_dir=str(folder))
  return f'clip_folder/{folder.name}'


def train(run: pathlib.Path, clips: str, stills: str, seed: str) -> None:
  """Trains a model, unless its run is finished.

  Raises:
    InputError: the run failed.
  """
  if layout.is_summed_up(run):
    return
  low = _STEPS.value // 5
  fields = {
    'dataset.name': '',
    'dataset.builder_config': '',
    'dataset.names': (f'synthetic_faces/laboratory_{clips}', stills),
    'dataset.balanced': True,
    'protocol.kind': 'all',
    'protocol.seed': seed,
    'input.height': _SIZE.value,
    'input.width': _SIZE.value,
    'input.still_motion': _MOTION.value,
    'input.still_share': _SHARE.value,
    'training.stages': ((_STEPS.value - low, 0.0004), (low, 0.00004)),
    'execution.steps_per_chunk': 100,
  }
  argv = [
    *(sys.executable, '-m', 'stc_jax.main', f'--workdir={run}'),
    '--config=launch/synthetic.py',
    *(f'--config.{name}={value}' for name, value in fields.items()),
  ]
  if subprocess.run(argv, stdout=subprocess.DEVNULL).returncode:
    raise InputError(f'{run}: its run failed')


def test(run: pathlib.Path, name: str) -> Bool[np.ndarray, 'n']:
  """Whether a finished run is right in each clip of a laboratory."""
  model = models.load(run)
  return np.array(
    [
      model.names[int(model(clip.frames, clip.fps).argmax())] == truth
      for clip, truth in clips_of(name)
    ]
  )


def main() -> None:
  """Trains what is missing, and prints the accuracy of each seed and their mean.

  Raises:
    InputError: a run failed; its own line says why.
  """
  clips, stills, tested = GROUPS[_LABS.value]
  out = pathlib.Path(_OUT.value)
  out.mkdir(parents=True, exist_ok=True)
  prepared, found = prepare_stills(stills, out), []
  variant = f'{clips}-{_MOTION.value}-{_SHARE.value}-{_STEPS.value}-{_SIZE.value}'
  for seed in _SEEDS.value:
    run = out / variant / seed
    train(run, clips, prepared, seed)
    found.append(test(run, tested).mean())
    print(f'{variant}, seed {seed}: {found[-1]:.1%} in {tested}', flush=True)
  print(f'{variant}, {len(found)} seeds: {np.mean(found):.1%} in {tested}')


if __name__ == '__main__':
  command_line.run(main)
