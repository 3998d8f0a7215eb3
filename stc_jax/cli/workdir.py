"""The flag --workdir: the folder of a run or of a test."""

from absl import flags

WORKDIR = flags.DEFINE_string(
  'workdir',
  '',
  'The folder of the run or the test. Default: runs/<launch file>-<model>-<hash>, or '
  'runs/<model>-on-<dataset>.',
)
