"""A model that is added as BUILD.md says works with every command."""

import csv
import pathlib
import shutil

import pytest
import small_run
from command import fails, succeeds

ROOT = pathlib.Path(__file__).resolve().parents[1]
MODULE = '''
"""A dense network on the mean frame."""

import dataclasses

import flax.linen as nn
import jax.numpy as jnp

from stc_jax.errors import require
from stc_jax.models.config import ModelConfig


@dataclasses.dataclass(frozen=True)
class MeanFrameConfig(ModelConfig):
  width: int
  dtype: str

  def __post_init__(self):
    require(self.width >= 1, 'width', self.width, 'be at least 1')


class MeanFrame(nn.Module):
  config: MeanFrameConfig
  outputs: int
  data_axis: str | None = None

  @nn.compact
  def __call__(self, video, lengths=None, *, train):
    pixels = video.astype(jnp.float32).mean(axis=1).reshape(video.shape[0], -1)
    return nn.Dense(self.outputs)(nn.relu(nn.Dense(self.config.width)(pixels)))
'''
# What BUILD.md asks for: by file, the line that stands there and what follows it.
LINES = {
  'stc_jax/models/registry.py': {
    'from stc_jax.models.densenet import DenseNet': (
      'from stc_jax.models.mean_frame import MeanFrame, MeanFrameConfig'
    ),
    'MODELS = {': (
      "  'mean_frame': ModelEntry('Mean frame', MeanFrameConfig, MeanFrame),"
    ),
  },
  'launch/default.py': {
    'MODELS = {': (
      "  'mean_frame': lambda: ConfigDict({'width': 4, 'dtype': 'float32'}),"
    ),
  },
}


@pytest.fixture(scope='module')
def program(tmp_path_factory) -> pathlib.Path:
  """A copy of the program with one model more."""
  home = tmp_path_factory.mktemp('program')
  for folder in ('stc_jax', 'datasets', 'launch'):
    shutil.copytree(ROOT / folder, home / folder)
  (home / 'stc_jax' / 'models' / 'mean_frame.py').write_text(MODULE)
  for name, added in LINES.items():
    text = (home / name).read_text(encoding='utf-8')
    for line, new in added.items():
      assert text.count(f'\n{line}\n') == 1, (name, line)
      text = text.replace(f'\n{line}\n', f'\n{line}\n{new}\n')
    (home / name).write_text(text, encoding='utf-8')
  return home


@pytest.mark.slow
def test_a_model_added_as_build_md_says_goes_through_every_command(
  program, data_dir, environment, tmp_path
):
  options = {'env': environment | {'PYTHONPATH': str(program)}, 'cwd': program}
  run = tmp_path / 'run'
  train = small_run.command(data_dir, run, training__stages='((4, 0.001),)')
  train = [word for word in train if 'stc_nlstm' not in word]
  said = succeeds(*train, '--config.model=mean_frame', **options)
  assert 'mean_frame' in said

  succeeds('stc_jax.report', f'--workdir={run}', **options)
  with (run / 'report' / 'tables' / 'cost.csv').open(newline='') as file:
    (row,) = csv.DictReader(file)
  assert (row['method'], row['GFLOP a clip']) == ('Mean frame', 'not counted')
  assert int(row['parameters'].replace(',', '')) > 100

  clips = tmp_path / 'clips'
  small_run.write_clips(clips, ('anna',))
  clip = clips / 'nod' / 'anna_1'
  predict = ('stc_jax.predict', f'--model={run}', f'--out={tmp_path / "out"}')
  succeeds(*predict, '--one_clip', str(clip), **options)
  with (tmp_path / 'out' / 'anna_1.csv').open(newline='') as file:
    rows = list(csv.DictReader(file))
  assert [row['frame'] for row in rows] == ['0', '1', '2']
  assert 0 < float(rows[0]['probability_nod']) < 1

  measure = ('stc_jax.benchmark', '--config=launch/clip_folder.py')
  naming = 'mean_frame has no 3D CNN'
  fails(*measure, '--config.model=mean_frame', naming=naming, **options)

  pytest.importorskip('onnx')
  pytest.importorskip('onnxruntime')
  naming = ("model: 'mean_frame' has no form in ONNX", '--format=stablehlo')
  fails('stc_jax.export', f'--model={run}', naming=naming, **options)
  succeeds('stc_jax.export', f'--model={run}', '--format=stablehlo', **options)
