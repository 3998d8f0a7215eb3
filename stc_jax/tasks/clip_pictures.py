"""The figures of a report on runs of classification."""

from collections.abc import Sequence

from stc_jax import plots
from stc_jax.tasks import figures
from stc_jax.tasks.figures import Picture
from stc_jax.tasks.trials import RunResults


def report_pictures(runs: Sequence[RunResults]) -> list[Picture]:
  """The other depths of STC-NLSTM are only in the figure on its layers."""
  of_depth = figures.depths(runs)
  variants = [run for run in of_depth.values() if run.method != 'STC-NLSTM']
  methods = [run for run in runs if run not in variants] or list(runs)
  made = [
    Picture('classes', _classes_caption(runs[0]), figures.class_bars(methods)),
    Picture('curves', 'Training loss.', figures.curves(methods)),
    Picture(
      'reliability',
      'Reliability: accuracy of test clips against confidence.',
      figures.reliability(methods),
    ),
    Picture(
      'subjects',
      f'Distribution of the accuracy of {methods[-1].name} over subjects.',
      figures.subjects(methods[-1]),
    ),
  ]
  if of_depth:
    words = 'Accuracy of STC-NLSTM by conv layers, ± the deviation over trials.'
    made.insert(1, Picture('layers', words, figures.layers(of_depth)))
  return made


def _classes_caption(run: RunResults) -> str:
  notes = plots.font_notes(run.summary['classes'])
  return '; '.join(['Accuracy of each class', *notes]) + '.'
