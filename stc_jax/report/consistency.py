"""What a run's files must have in common: its classes, its trials, its protocol."""

from collections.abc import Sequence

from stc_jax.data.protocols import ProtocolConfig
from stc_jax.errors import InputError
from stc_jax.models import notation
from stc_jax.models.registry import MODELS
from stc_jax.validate import check_type, to_dataclass


def check(config: dict, dataset: dict, summary: dict, trials: Sequence[dict]) -> None:
  """Checks the files of a run, which are of the right types each.

  Raises:
    InputError: one doesn't go with another, or is of another version; names the file.
  """
  protocol = config['protocol']
  to_dataclass('config.json: protocol', protocol, ProtocolConfig, 'make the run again')
  network = config.get(config['model'])
  check_type(f'config.json: {config["model"]}', network, dict)
  if MODELS[config['model']].has_trunk:
    check_type('config.json: notation', network.get('notation'), str)
    notation.parse(network['notation'])
  places = [(trial['repeat'], trial['fold']) for trial in trials]
  _require(len(set(places)) == len(places), 'trials: one is there twice')
  steps = sorted({len(trial['train_losses']) for trial in trials})
  _require(len(steps) == 1, f'trials: train_losses are of {steps} steps')
  of_task = _check_units if config['task']['kind'] == 'detection' else _check_classes
  of_task(dataset, summary, trials)


def _check_classes(dataset: dict, summary: dict, trials: Sequence[dict]) -> None:
  classes, tested = list(dataset.get('classes', ())), False
  _require(summary['classes'] == classes, "summary.json: classes: not the dataset's")
  for trial in trials:
    name, rows = _name(trial), trial['predictions']
    _require(trial['test_clips'] == len(rows), f'{name}: test_clips: not {len(rows)}')
    for row in rows:
      known = {row['label'], row['predicted']} <= set(classes)
      _require(known, f'{name}: predictions: {row["clip"]} has a label of no class')
      whole = len(row['probabilities']) == len(classes)
      _require(whole, f'{name}: probabilities: not {len(classes)} of a clip')
    tested = tested or bool(rows)
  confusion, shares = summary['confusion'], summary['class_accuracy']
  found = [value is not None for value in (confusion, shares)]
  found.append(summary['trial_accuracy_mean'] is not None)
  _require(found == [tested] * 3, 'summary.json: not of these trials')
  if tested:
    sizes = {len(confusion), *map(len, confusion)}
    _require(sizes == {len(classes)}, 'summary.json: confusion: not a row a class')
    same = shares.keys() == set(classes)
    _require(same, "summary.json: class_accuracy: not of the dataset's classes")


def _check_units(dataset: dict, summary: dict, trials: Sequence[dict]) -> None:
  units = list(dataset.get('aus', ()))
  for trial in trials:
    whole = len(trial['thresholds']) == len(units)
    _require(whole, f'{_name(trial)}: thresholds: not {len(units)}')
  tested = summary['trial_f1_mean'] is not None
  found = [summary[field] is not None for field in ('aus', 'means', 'over_floor')]
  _require(found == [tested] * 3, 'summary.json: not of these trials')
  if tested:
    _require(list(summary['aus']) == units, "summary.json: aus: not the dataset's")


def _name(trial: dict) -> str:
  return f'trials/{trial["repeat"]}-{trial["fold"]}.json'


def _require(condition: bool, words: str) -> None:
  if not condition:
    raise InputError(words)
