"""A bundle is checked when it is loaded, before anything is allocated for it."""

import copy
import dataclasses
import json
import shutil

import numpy as np
import pytest
import untrained
from safetensors.numpy import load_file, save_file

import stc_jax
from stc_jax.bundle import bundle_folder
from stc_jax.data.looks import CELLS, MEASURES, ClipLooks
from stc_jax.errors import InputError

SUBJECTS = {'ck_plus': ('S005', 'S010'), 'clip_folder/mine': ('anna',)}
LOOKS = ClipLooks(
  {name: {'low': 0.1, 'median': 0.3, 'high': 0.5} for name in MEASURES},
  tuple(np.linspace(-0.1, 0.1, CELLS**2).tolist()),
)
WRONG = (None, True, 'x', -1, 10**9, 10**400, float('nan'), 1e300, [], [-1], {}, [[]])


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
  """A run's two models, of random weights."""
  run = tmp_path_factory.mktemp('run')
  for seed in (0, 1):
    (run / 'models').mkdir(exist_ok=True)
    made = untrained.bundle('stc_nlstm', {}, {}, seed)
    made = dataclasses.replace(made, subjects=SUBJECTS, clip_looks=LOOKS)
    bundle_folder.save(run / 'models' / f'0-{seed}', made)
  return run


@pytest.fixture
def bundle(whole, tmp_path):
  return shutil.copytree(whole / 'models' / '0-0', tmp_path / '0-0')


def rewrite(folder, change):
  path = folder / 'bundle.json'
  values = json.loads(path.read_text())
  change(values)
  path.write_text(json.dumps(values))


def places(values, at=()):
  """Where each section and each leaf of a bundle's JSON is."""
  for name, value in values.items():
    yield (*at, name)
    if isinstance(value, dict):
      yield from places(value, (*at, name))


def refusal(folder) -> str:
  try:
    bundle_folder.load(folder)
  except InputError as error:
    return str(error)
  return ''


def put(values, place, value):
  for name in place[:-1]:
    values = values[name]
  if value is KeyError:
    del values[place[-1]]
  else:
    number = isinstance(values.get(place[-1]), float) and value in (-1, 10**9)
    values[place[-1]] = float(value) if number else value


def test_a_field_that_is_missing_or_wrong_is_refused_or_harmless(bundle):
  path = bundle / 'bundle.json'
  right = json.loads(path.read_text())
  free = {'provenance', 'alignment', 'roll', 'align', 'size'}  # may be empty, or words
  for place in places(right):
    for value in (KeyError, *WRONG):
      values = copy.deepcopy(right)
      put(values, place, value)
      path.write_text(json.dumps(values))
      said = refusal(bundle)
      if said:
        assert said.startswith(f'{bundle}: a damaged model')
        assert '\n' not in said
        assert len(said) < 600
      else:
        harmless = value is True or isinstance(value, str) or place[-1] in free
        assert harmless or value in (-1, 10**9, []) or value is KeyError, (place, value)


@pytest.mark.parametrize(
  ('place', 'value', 'naming'),
  [
    (('network', 'levels'), [1000000], r'network\.levels: .* in 1 to 64'),
    (('network', 'notation'), '-'.join(['C(3,4)'] * 999 + ['S']), 'at most 200 layers'),
    (('network', 'lstm_width'), 10**9, r'network\.lstm_width: 10{9} must'),
    (('network', 'lstm_width'), 7, r'params/.*float32 .*, in the network float32'),
    (('network', 'width'), 3, r'network\.width: no such field'),
    (('input', 'frames'), 10**9, r'input\.frames: 10{9} must lie in 1 to 4096'),
    (('input', 'height'), 2, '2 pixels. must have 4 pixels for poolings'),
    (('input', 'views'), ['original'] * 99, r'input\.views: .* name each once'),
    (('names',), ['a', 'b'], r'params/auxiliary/.*, in the network'),
    (('names',), ['a', 'b', 'a'], 'names: .*different'),
    (('normalisation', 'scale'), [1.0, 0.0, 1.0], r'normalisation\.scale: .* above 0'),
    (('clip_seconds', 'low'), 9.0, r'clip_seconds\.median: .* in order'),
    (('clip_looks', 'ranges', 'colour', 'low'), 9.0, r'clip_looks\.colour\.median'),
    (('clip_looks', 'ranges', 'taste'), {}, r'clip_looks\.taste\.low: missing'),
    (('clip_looks', 'edges'), [0.5], r'clip_looks\.edges: 1 must be 256'),
    (('alignment', 'size'), '0 x 0', r"alignment\.size: '0 x 0' must"),
    (('provenance', 'dataset'), 'mmi', r"provenance\.dataset: 'mmi' is not of type"),
    (('format',), 2, 'format: 2 must be 3'),
  ],
)
def test_what_is_wrong_is_named(bundle, place, value, naming):
  rewrite(bundle, lambda values: put(values, place, value))
  with pytest.raises(InputError, match=naming):
    bundle_folder.load(bundle)


def test_the_subjects_of_a_bundle_are_known_or_it_is_older(bundle):
  assert bundle_folder.load(bundle).subjects == SUBJECTS
  rewrite(bundle, lambda values: values.pop('subjects'))
  older = bundle_folder.load(bundle)
  assert older.subjects is None


def test_of_an_older_bundle_only_the_motion_of_its_clips_is_known(bundle):
  assert bundle_folder.load(bundle).looks == LOOKS
  rewrite(bundle, lambda values: values.pop('clip_looks'))
  older = bundle_folder.load(bundle)
  assert older.clip_looks is None
  assert older.looks == ClipLooks({'motion': older.clip_motion})
  bundle_folder.save(bundle.with_name('again'), older)
  again = bundle.with_name('again') / 'bundle.json'
  assert json.loads(again.read_text()) == json.loads(
    (bundle / 'bundle.json').read_text()
  )


def nan(tensors):
  tensors['params/fc/kernel'][0, 0] = np.nan


def negative(tensors):
  tensors['batch_stats/pyramid_norm/var'][:] = -1


def half(tensors):
  tensors['params/fc/bias'] = tensors['params/fc/bias'].astype(np.float16)


def turned(tensors):
  kernel = tensors['params/fc/kernel']
  tensors['params/fc/kernel'] = np.ascontiguousarray(kernel.T)


def missing(tensors):
  del tensors['params/fc/bias']


def more(tensors):
  tensors['params/fc/more'] = np.zeros(3, np.float32)


@pytest.mark.parametrize(
  ('change', 'naming'),
  [
    (nan, 'params/fc/kernel: numbers that are not finite'),
    (negative, 'batch_stats/pyramid_norm/var: variances below 0'),
    (half, r'params/fc/bias: float16 \[3\], in the network float32 \[3\]'),
    (turned, r'params/fc/kernel: float32 \[3, 6\], in the network float32 \[6, 3\]'),
    (missing, 'params/fc/bias: missing, in the network float32'),
    (more, r'params/fc/more: float32 \[3\], in the network none'),
  ],
)
def test_weights_of_another_network_are_refused(bundle, change, naming):
  path = bundle / 'weights.safetensors'
  tensors = load_file(path)
  change(tensors)
  save_file(tensors, path)
  with pytest.raises(InputError, match=naming):
    bundle_folder.load(bundle)


@pytest.mark.parametrize('name', ['bundle.json', 'weights.safetensors'])
def test_a_folder_in_place_of_a_file_is_refused(bundle, name):
  (bundle / name).unlink()
  (bundle / name).mkdir()
  with pytest.raises(InputError, match=f'^{bundle}: a damaged model'):
    bundle_folder.load(bundle)


def test_models_that_are_not_of_one_run_are_not_averaged(whole, tmp_path):
  run = shutil.copytree(whole, tmp_path / 'run')
  assert len(stc_jax.load(run).bundles) == 2
  other = run / 'models' / '0-1'
  rewrite(other, lambda values: values['names'].reverse())
  with pytest.raises(
    InputError, match=rf'{other}: field names differs from that of .*0-0'
  ):
    stc_jax.load(run)
