"""The recipes that `benchmarks.laboratories` compares: a launch file, and changes."""

_LAUNCH = '--config=launch/synthetic.py'

RECIPES = {
  # The demo's.
  'today': (_LAUNCH,),
  'strong': (_LAUNCH, '--config.training.augment=strong'),
}
