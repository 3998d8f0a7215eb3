"""A run of classification: what its trials' results hold, and what follows from them.

trials/<repeat>-<fold>.json               as each trial ends
summary.json predictions.csv              from all of them
confusion.png training_curves.png
"""

import csv
import io
import pathlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from jaxtyping import Float
from rich.console import Console

from stc_jax import files, plots
from stc_jax.baselines import clip_floors
from stc_jax.console import tables
from stc_jax.console.progress import with_bar
from stc_jax.data import reading
from stc_jax.data.clip_set import ClipSet
from stc_jax.data.protocols import Trial
from stc_jax.evaluation import metrics, statistics
from stc_jax.evaluation.statistics import TrialScore
from stc_jax.runs.config import Experiment
from stc_jax.runs.run_data import RunData
from stc_jax.tasks import pictures
from stc_jax.training.testing import Tested

FLOORS = ('chance_accuracy', 'floor_accuracy', 'temporal_floor_accuracy')
FIELDS = {'accuracy', 'predictions', *FLOORS, 'floor_right', 'temporal_floor_right'}
SCORE = 'accuracy'
_DIGITS = 7  # of a probability: what float32 holds


def floors_of(
  experiment: Experiment, run_data: RunData, console: Console
) -> Callable[[], list[dict]]:
  """Computes the floors of each trial, or reads them from the cache."""
  dataset = experiment.dataset

  def progress(found: Iterable[dict]) -> Iterator[dict]:
    console.print('fitting the floors ...')
    yield from with_bar(found, 'floors', console, len(run_data.trials))

  made = clip_floors.of_trials(
    run_data.clip_set,
    run_data.trials,
    lambda: reading.clips_of(run_data.builder, dataset.neutral_share),
    dataset.strongest_frame,
    pathlib.Path(run_data.builder.data_path),
    progress,
  )
  return lambda: made


def keep_floor(floor: dict, trial: Trial, workdir: pathlib.Path) -> dict:
  """What a trial's result holds of its floors."""
  del trial, workdir
  return floor


def trial_result(
  run_data: RunData, trial: Trial, tested: Tested, workdir: pathlib.Path
) -> dict:
  """What the test of a trial's model says."""
  del workdir
  clip_set = run_data.clip_set
  rows = _rows(clip_set, trial, tested.probabilities)
  return {
    'train_clips': len(trial.train),
    'test_clips': len(trial.test),
    'accuracy': _correct(rows) / len(rows) if rows else None,
    'uar': _told(clip_set.names, rows)['uar'],
    'predictions': rows,
  }


def _rows(
  clip_set: ClipSet, trial: Trial, probabilities: Float[np.ndarray, 'm n']
) -> list[dict]:
  """A row for each tested clip, ready for JSON."""
  return [
    {
      'clip': clip_set.clips[i],
      'subject': clip_set.subjects[i],
      'label': clip_set.names[clip_set.targets[i]],
      'predicted': clip_set.names[row.argmax()],
      'probabilities': [round(float(p), _DIGITS) for p in row],
    }
    for i, row in zip(trial.test, probabilities, strict=True)
  ]


def scores_of(results: Sequence[dict]) -> list[TrialScore]:
  """What statistics need of trials' results."""
  return [
    TrialScore(
      repeat=result['repeat'],
      tested=result['test_clips'],
      correct=_correct(result['predictions']),
      trained=result['train_clips'],
    )
    for result in results
  ]


def _correct(rows: Sequence[dict]) -> int:
  return sum(row['label'] == row['predicted'] for row in rows)


def sum_up(
  experiment: Experiment, run_data: RunData, found: list[dict], workdir: pathlib.Path
) -> dict:
  """Writes summary, predictions and pictures from the results of all trials."""
  summary = summarise(experiment, run_data, found)
  files.write(workdir / 'summary.json', files.as_json(summary))
  predictions = predictions_table(run_data.clip_set.names, found)
  files.write(workdir / 'predictions.csv', predictions)
  if summary['confusion'] is not None:
    pictures.confusion(workdir / 'confusion.png', summary)
  pictures.training_curves(
    workdir / 'training_curves.png',
    found,
    pictures.title(summary, 'accuracy'),
    {
      'test': summary['trial_accuracy_mean'],
      'temporal floor, test': summary['temporal_floor_accuracy'],
      'static floor, test': summary['floor_accuracy'],
      'chance, test': summary['chance_accuracy'],
    },
  )
  return summary


def print_summary(console: Console, summary: dict, workdir: pathlib.Path) -> None:
  """Prints it, and where the files lie."""
  tables.print_accuracies(console, summary, workdir)
  for note in plots.font_notes(summary['classes']):
    console.print(f'note: {note}', highlight=False, soft_wrap=True)


def summarise(
  experiment: Experiment, run_data: RunData, results: Sequence[dict]
) -> dict:
  """The run in one table: accuracy, floors, and all test clips pooled.

  Where nothing was tested (protocol `all`), every accuracy is None.
  """
  clip_set = run_data.clip_set
  rows = [row for result in results for row in result['predictions']]
  scores = scores_of(results)
  return {
    'dataset': clip_set.name,
    'model': experiment.model,
    'trials': len(results),
    **statistics.accuracies(scores, run_data.folds, experiment.protocol.resampled),
    **{floor: _mean([result[floor] for result in results]) for floor in FLOORS},
    **{f'over_{name}': _over(results, name) for name in ('floor', 'temporal_floor')},
    'classes': list(clip_set.names),
    **_told(clip_set.names, rows),
    'trial_accuracies': [result['accuracy'] for result in results],
    'trial_uars': [
      _told(clip_set.names, result['predictions'])['uar'] for result in results
    ],
  }


def _told(classes: Sequence[str], rows: Sequence[dict]) -> dict:
  """What `metrics.classification` finds, None each where nothing was tested."""
  if not rows:
    fields = 'uar', 'macro_f1', 'absent', 'confusion', 'class_accuracy'
    return dict.fromkeys(fields)
  place = {name: i for i, name in enumerate(classes)}
  labels, predicted = (
    np.array([place[row[field]] for row in rows]) for field in ('label', 'predicted')
  )
  return metrics.classification(labels, predicted, classes)


def _over(results: Sequence[dict], floor: str) -> dict | None:
  """The model's accuracy less a floor's, paired clip by clip, subject by subject.

  None where fewer than two subjects were tested.
  """
  of_subject = defaultdict(list)
  for result in results:
    rights = result[f'{floor}_right'] or []
    for row, right in zip(result['predictions'], rights, strict=True):
      of_subject[row['subject']].append((row['label'] == row['predicted']) - right)
  if len(of_subject) < 2:
    return None
  means = np.array([np.mean(of_subject[name]) for name in sorted(of_subject)])
  return statistics.paired(means)


def _mean(values: Sequence[float | None]) -> float | None:
  return None if None in values else float(np.mean(values))


def predictions_table(classes: Sequence[str], results: Sequence[dict]) -> str:
  """The text of `predictions.csv`: a row a test clip, a probability a class."""
  out = io.StringIO()
  writer = csv.writer(out, lineterminator='\n')
  names = [f'probability_{name}' for name in classes]
  writer.writerow(['repeat', 'fold', 'clip', 'subject', 'label', 'predicted', *names])
  for result in results:
    for row in result['predictions']:
      fields = [row[name] for name in ('clip', 'subject', 'label', 'predicted')]
      writer.writerow(
        [result['repeat'], result['fold'], *fields, *row['probabilities']]
      )
  return out.getvalue()
