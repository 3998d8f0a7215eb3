"""A third task, written from BUILD.md alone: `python toy_task.py VERB --flag=value`.

Regression: each clip's label, as a number from 0 to 1, is its valence.
"""

import dataclasses
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from stc_jax.cli import verbs
from stc_jax.console.tables import Scoreboard
from stc_jax.data import reading
from stc_jax.data.sampling import SAMPLINGS
from stc_jax.tasks.comparison import Comparison, refusal
from stc_jax.tasks.registry import TASKS
from stc_jax.tasks.table import Table
from stc_jax.tasks.trials import TrialResult
from stc_jax.typed_json import Fields


class SummaryFile(Fields):
  trials: int
  trial_error_mean: float


class TrialFile(Fields):
  repeat: int
  fold: int
  train_losses: list[float]
  error: float


@dataclasses.dataclass(frozen=True)
class Valence:
  kind: ClassVar = 'valence'
  samplings: ClassVar = tuple(SAMPLINGS)
  reads: ClassVar = frozenset()
  embedded: ClassVar = ('synthetic_faces', 'neutral_to_apex_small', '')
  activation: ClassVar = 'sigmoid'
  metrics: ClassVar = ('loss', 'correct', 'count')
  sample: ClassVar = 0
  score: ClassVar = 'error'
  trial_score: ClassVar = 'error'
  outputs: ClassVar = 'valence'
  untested: ClassVar = 'trained on every clip: there is no error'
  trial_fields: ClassVar = frozenset({'error'})
  first_tables: ClassVar = ('errors',)
  card_tables: ClassVar = ('errors',)
  has_heatmaps: ClassVar = False
  intended_use: ClassVar = 'A test of the program.'
  summary_file: ClassVar = SummaryFile
  trial_file: ClassVar = TrialFile
  arrays: ClassVar = ('predictions',)

  @classmethod
  def of(cls, **fields):
    del fields
    return cls()

  def read(self, builder, size, dataset):
    clips = reading.read(builder, size, dataset.neutral_share)
    valence = (clips.targets / (len(clips.names) - 1)).astype(np.float32)
    return dataclasses.replace(clips, names=('valence',), targets=valence)

  def check_trial(self, clip_set, trial):
    pass

  def random_targets(self, random, count, outputs):
    return ('valence',), random.random(count).astype(np.float32)

  def check_names(self, names):
    pass

  def weights(self, targets, outputs, at_rest=None):
    return np.zeros(outputs, np.float32)

  def targets(self, targets, weights):
    return targets

  def losses(self, logits, targets):
    return jnp.square(jax.nn.sigmoid(logits[:, 0]) - targets)

  def probabilities(self, logits):
    return jax.nn.sigmoid(logits)

  def sums(self, logits, targets):
    losses = self.losses(logits, targets)
    near = (losses < 1 / 16).sum().astype(jnp.float32)
    return {'loss': losses.sum(), 'correct': near, 'count': jnp.float32(len(losses))}

  def described(self, clip_set):
    return {'valence': {'valence': len(clip_set)}}

  def label(self, clip_set, example):
    return f'{clip_set.targets[example]:.2f}'

  def floors(self, data, dataset, console):
    middles = [
      float(data.clip_set.targets[trial.train].mean()) for trial in data.trials
    ]
    return lambda: middles

  def floor_result(self, floor):
    return TrialResult({'floor': floor})

  def trial_result(self, clip_set, trial, predictions):
    errors = np.abs(predictions.probabilities[:, 0] - clip_set.targets[trial.test])
    arrays = {'predictions': {'probabilities': predictions.probabilities}}
    return TrialResult({'error': float(errors.mean())}, arrays)

  def summarise(self, data, results, probabilities, resampled):
    tested = sum(map(len, probabilities['predictions']))
    errors = [result['error'] for result in results]
    means = {
      name: float(np.mean(errors)) for name in ('error_mean', 'trial_error_mean')
    }
    deviations = dict.fromkeys(('error_std', 'trial_error_std'), float(np.std(errors)))
    return {**means, **deviations, 'tested': tested}

  def prediction_rows(self, names, results):
    return []

  def pictures(self, summary, results):
    return {}

  def scoreboard(self, summary):
    row = ('mean error', f'{summary["trial_error_mean"]:.3f}')
    return Scoreboard(('', 'valence'), [[row]], ())

  def notes(self, summary):
    return ()

  def check_files(self, dataset, summary, trials):
    pass

  def rows(self, results):
    return []

  def report_tables(self, runs, caption):
    rows = [[run.name, f'{run.summary["trial_error_mean"]:.3f}'] for run in runs]
    return [Table('errors', 'valence: errors', ('run', 'error'), rows, caption)]

  def report_pictures(self, runs):
    return []

  def compare(self, ours, theirs):
    return Comparison(None, None, refusal(ours, theirs))

  def limits(self, run):
    return ''

  def column_of(self, name):
    return name

  def labels_of(self, probabilities, names):
    return ['' if np.isnan(row[0]) else f'{row[0]:.1f}' for row in probabilities]

  def named_by(self, labels, names):
    return np.zeros((len(labels), len(names)), bool)

  def caption_of(self, label, probability):
    return label


TASKS[Valence.kind] = Valence  # in place of an entry in tasks/registry.py

if __name__ == '__main__':
  verbs.main()
