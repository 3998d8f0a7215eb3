"""Tables on the accuracy of runs on one dataset, beside published accuracies."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from stc_jax.evaluation import metrics
from stc_jax.tasks import clip_comparison, published
from stc_jax.tasks.clip_results import is_right, rows_of
from stc_jax.tasks.table import Table, number, percent
from stc_jax.tasks.trials import RunResults

FLOORS = {
  'static floor (HOG of one frame, linear SVM)': 'floor_accuracy',
  'temporal floor (HOG of the change, linear SVM)': 'temporal_floor_accuracy',
  'chance (most frequent class)': 'chance_accuracy',
}
_QUOTED, _REPORTED = 'quoted by Yu et al. 2018', 'Yu et al. 2018'
_NOTES = """\
Published figures come from other folds, preprocessing and model selection, which are
only partly known: they are quoted, not compared. Ours are of the last step. ± is the
standard deviation over repeats (the paper doesn't define its ±). The interval is over
trials, limited to 0 to 100 and corrected for shared training clips (Nadeau and Bengio
2003); where all trials have the same accuracy there is none. Accuracy weighs all clips
equally (weighted average recall, WAR); UAR is the mean recall of the classes that have
clips, over all tests pooled. Floors are of the trials of the first run."""
_PAIRS = """\
Over trials: the corrected resampled t-test (Nadeau and Bengio 2003). Over subjects: a
sign-flip test on the mean difference of each subject in the first repeat. Both are
two-sided, and not corrected for the number of pairs."""


def accuracy_table(runs: Sequence[RunResults], caption: str) -> Table:
  """The runs beside floors and published methods, all of one set of clips."""
  first, database = runs[0], runs[0].database
  reported = published.REPORTED.get(database, {})
  rows = [
    [name, _QUOTED, f'{value:g}', '', '', '', '']
    for name, value in sorted(
      published.QUOTED.get(database, {}).items(), key=lambda item: item[1]
    )
  ]
  rows += [
    [name, 'baseline', '', percent(first.summary[field]), '', '', '']
    for name, field in FLOORS.items()
    if first.summary[field] is not None
  ]
  ours = {run.method for run in runs}
  for name in reported:
    if name not in ours:
      rows.append([name, _REPORTED, _published(database, name), '', '', '', ''])
  for run in runs:
    said = _published(database, run.method)
    source = f'{_REPORTED}; ours' if said else 'ours'
    differs = '; '.join(_differences(run)) if said else ''
    uar = percent(metrics.mean_recall(run.summary['class_accuracy']))
    rows.append([run.name, source, said, _mean(run), _interval(run), uar, differs])
  columns = (
    'method',
    'source',
    'published',
    'ours',
    '95 % interval',
    'UAR',
    'what differs',
  )
  title = f'{first.title}: accuracy (WAR) in percent'
  return Table('accuracy', title, columns, rows, f'{_NOTES} {caption}')


def pairs_table(runs: Sequence[RunResults], caption: str) -> Table:
  """The difference in accuracy of each pair of runs, over the same trials."""
  rows = []
  for one, other in itertools.combinations(runs, 2):
    found = clip_comparison.compare(one, other)
    trials, subjects = found.trials or {}, found.subjects or {}
    rows.append(
      [
        f'{one.name} over {other.name}',
        _points(trials.get('difference')),
        number(trials.get('p_value'), '.4f'),
        _points(subjects.get('difference')),
        number(subjects.get('p_value'), '.4f'),
        _compared(one, trials, subjects, found.refused),
      ]
    )
  columns = (
    'pair',
    'points, over trials',
    'p, over trials',
    'points, over subjects',
    'p, over subjects',
    'what was compared',
  )
  title = f'{runs[0].title}: differences in pairs'
  return Table('pairs', title, columns, rows, f'{_PAIRS} {caption}')


def classes_table(runs: Sequence[RunResults], caption: str) -> Table:
  """Accuracy of each class."""
  classes = runs[0].summary['classes']
  rows = [
    [run.name, *(percent(run.summary['class_accuracy'][name]) for name in classes)]
    for run in runs
  ]
  title = f'{runs[0].title}: accuracy of each class in percent'
  return Table('classes', title, ['method', *classes], rows, caption)


def subjects_table(runs: Sequence[RunResults], caption: str) -> Table:
  """Accuracy of each subject, pooled over repeats; the lowest comes first."""
  shares = [dict(subject_shares(run)) for run in runs]
  order = sorted(shares[-1], key=lambda subject: (shares[-1][subject], subject))
  rows = [[name, *(percent(share.get(name)) for share in shares)] for name in order]
  title = f'{runs[0].title}: accuracy of each subject in percent'
  return Table('subjects', title, ['subject', *(r.name for r in runs)], rows, caption)


def subject_shares(run: RunResults) -> Iterator[tuple[str, float]]:
  """Each subject, and the accuracy over its tested clips."""
  ordered = sorted(rows_of(run.trials), key=lambda row: row['subject'])
  for subject, rows in itertools.groupby(ordered, key=lambda row: row['subject']):
    rights = [is_right(row) for row in rows]
    yield subject, sum(rights) / len(rights)


def calibration_table(runs: Sequence[RunResults], caption: str) -> Table:
  """Expected calibration errors."""
  rows = []
  for run in runs:
    bins = calibration_of(run)
    rows.append(
      [run.name, percent(bins.error), percent(bins.confidence), percent(bins.accuracy)]
    )
  columns = 'method', 'expected calibration error', 'mean confidence', 'accuracy'
  notes = (
    'In percent, over all tested clips: the mean of |accuracy - confidence| over 15 '
    'equal bins of confidence, weighted by the number of clips.'
  )
  title = f'{runs[0].title}: calibration'
  return Table('calibration', title, columns, rows, f'{notes} {caption}')


def calibration_of(run: RunResults) -> metrics.Calibration:
  """Of all tested clips; those of several repeats count several times."""
  rows = rows_of(run.trials)
  confidences = np.array([max(row['probabilities']) for row in rows])
  return metrics.calibration(confidences, np.array(list(map(is_right, rows))))


def _mean(run: RunResults) -> str:
  """The mean over complete repeats; where there is none, over trials."""
  summary = run.summary
  if summary['accuracy_mean'] is None:
    return f'{percent(summary["trial_accuracy_mean"])} ({len(run.trials)} trials)'
  deviation = summary['accuracy_std']
  words = percent(summary['accuracy_mean'])
  return words if deviation is None else f'{words} ± {percent(deviation)}'


def _interval(run: RunResults) -> str:
  ends = run.summary['accuracy_ci95'] or ()
  return ' to '.join(percent(min(max(end, 0), 1)) for end in ends)


def _published(database: str, method: str) -> str:
  """The accuracy in the paper, with its ±; '' if it has none."""
  value = published.REPORTED.get(database, {}).get(method)
  if value is None:
    return ''
  if method == 'STC-NLSTM':
    return f'{value:g} ± {published.DEVIATIONS[database]:g}'
  return f'{value:g}'


def _differences(run: RunResults) -> Iterator[str]:
  """Known differences to the run of the same method in the paper."""
  config, sequences = run.config, published.SEQUENCES[run.database]
  protocol, size, training = (config[k] for k in ('protocol', 'input', 'training'))
  if config['dataset']['neutral_share']:
    yield 'an additional class: neutral'
  elif run.dataset['clips'] != sequences:
    yield f'{run.dataset["clips"]} sequences, not {sequences}'
  if protocol['kind'] != 'folds':
    yield f'protocol {protocol["kind"]!r}, not 10 folds 4 times'
  else:
    if (protocol['folds'], protocol['repeats']) != (10, 4):
      yield f'{protocol["folds"]} folds {protocol["repeats"]} times, not 10 and 4'
    if protocol['unit'] == 'subject':
      yield 'folds by subject (the paper: 10 groups)'
    if len(run.trials) < protocol['folds'] * protocol['repeats']:
      yield f'the first {len(run.trials)} trials'
  if (size['height'], size['width']) != (64, 64):
    yield f'{size["height"]} x {size["width"]} pixels, not 64 x 64'
  if 'C(3,64)' not in run.network.get('notation', 'C(3,64)'):
    yield 'fewer filters than 64'
  if training['optimizer'] != 'sgd' or training['augment'] != 'paper':
    yield "our recipe, not the paper's"


def _points(share: float | None) -> str:
  return '' if share is None else f'{100 * share:+.1f}'


def _compared(run: RunResults, trials: dict, subjects: dict, refused: str) -> str:
  if refused:
    return f'nothing: {refused}'
  words = [f'{trials["trials"]} trials'] if trials else []
  words += [f'{subjects["subjects"]} subjects of the first repeat'] if subjects else []
  return ', '.join(words) or f'nothing: {len(run.trials)} trial, one subject'
