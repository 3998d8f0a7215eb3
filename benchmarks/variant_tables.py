"""The tables of `benchmarks.variants`: fields that all rows share, and the rows.

The other rows are compared with the first.
"""

_TUNING = '--config.dataset.builder_config=neutral_to_apex_tuning'
_DEMO = ('--config=launch/synthetic.py', _TUNING, '--config.protocol.repeats=1')
_NESTED = '--config.stc_nlstm'
_SMALL = ('--config.input.height=32', '--config.input.width=32')


def _filters(count: int, end: str) -> str:
  c = f'C(3,{count})'
  return f'{_NESTED}.notation={c}-BN-P2-{c}-BN-P2-{c}-{c}-P2-{c}-{end}'


_ABLATIONS = {
  'whole recipe': (),
  'colours': ("--config.input.transforms=('local_contrast', 'frames_and_change')",),
  'no local contrast': ("--config.input.transforms=('gray', 'frames_and_change')",),
  'frames without change': ("--config.input.transforms=('gray', 'local_contrast')",),
  'the same frames each time': ('--config.input.training_sampling=same',),
  'one view': ("--config.input.views=('original',)",),
  "the paper's looks": ('--config.training.augment=paper',),
  'no deep supervision': (f'{_NESTED}.deep_supervision=False',),
  'pyramids as they are': (f'{_NESTED}.pyramid_norm=False',),
  'gates half open': (f'{_NESTED}.gate_bias=0.0',),
  'no weight decay': ('--config.training.weight_decay=0.0',),
  'no gradient clipping': ('--config.training.gradient_clip=0.0',),
  'batches of 8': (
    '--config.training.batch_size=8',
    '--config.training.stages=((2000, 0.0008), (500, 0.00008))',
  ),
}
# Those that lose least.
_FINALISTS = ('whole recipe', 'gates half open', 'no gradient clipping', 'batches of 8')
_MOMENTUM = '--config.training.momentum=0.9'
_RULES = {
  'SGD': (),
  'momentum 0.9': (_MOMENTUM,),
  'Adam': ('--config.training.optimizer=adamw', _MOMENTUM),
}
_READINGS = {
  f'{rule} with batches of {size}': (*fields, f'--config.training.batch_size={size}')
  for rule, fields in _RULES.items()
  for size in (32, 8, 128)
}
# Ten times the iterations, with momentum and batches of 8.
_LONG = (
  _MOMENTUM,
  '--config.training.batch_size=8',
  '--config.training.stages=((3000, 0.0025), (2000, 0.000025))',
)
_OPEN, _NORM = f'{_NESTED}.gate_bias=1.0', f'{_NESTED}.pyramid_norm=True'
_READINGS |= {
  'long': _LONG,
  'long and gates open': (*_LONG, _OPEN),
  'long and pyramids normalised': (*_LONG, _NORM),
  'long and both': (*_LONG, _OPEN, _NORM),
}
_WIDTHS = {
  '16 filters': (
    _filters(16, 'S'),
    '--config.training.stages=((1600, 0.0004), (400, 0.00004))',
  ),
  '64 filters': (
    _filters(64, 'S'),
    f'{_NESTED}.lstm_width=128',
    '--config.training.stages=((1600, 0.0002), (400, 0.00002))',
  ),
}

# The paper's 40 trials of 500 steps of 32 clips, at its size.
_PROTOCOL = (
  '--config=launch/synthetic_full.py',
  _TUNING,
  '--config.training.batch_size=32',
  '--config.training.stages=((400, 0.0004), (100, 0.00004))',
  '--config.execution.steps_per_chunk=50',
)
_PRECISIONS = {name: (f'{_NESTED}.dtype={name}',) for name in ('float32', 'bfloat16')}

TABLES = {
  'ablations': (_DEMO, _ABLATIONS),
  # Three folds with three seeds each, which divide the subjects otherwise, too.
  'finalists': (
    (*_DEMO, '--config.protocol.repeats=3'),
    {name: _ABLATIONS[name] for name in _FINALISTS},
  ),
  # One trial of 324 training clips; the paper's steps and rates.
  'readings': (
    (
      '--config=launch/synthetic.py:paper',
      '--config.dataset.builder_config=neutral_to_apex_laboratory_tuning',
      *_SMALL,
      '--config.input.frames=4',
      _filters(16, 'FC18-S'),
      f'{_NESTED}.lstm_width=64',
      '--config.execution.first_trials=1',
    ),
    _READINGS,
  ),
  'precisions': (_PROTOCOL, _PRECISIONS),
  # Of classes that are unequally frequent: on a prepared `clip_folder`, as
  # `synthetic_faces.three_frames` writes one.
  'frequencies': (
    ('--config=launch/clip_folder.py', '--config.protocol.folds=10'),
    {
      'whole recipe': (),
      'no logit adjustment': ('--config.task.logit_adjustment=0.0',),
    },
  ),
  # 4,000 clips a trial, three trials of as many seeds.
  'widths': (
    (
      *_DEMO,
      *_SMALL,
      '--config.input.frames=8',
    ),
    _WIDTHS,
  ),
}
