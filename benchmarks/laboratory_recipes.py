"""The recipes that `benchmarks.laboratories` compares: a launch file, and changes.

`{row}` stands for the laboratory that a model is trained in.
"""

_LAUNCH = '--config=launch/synthetic.py'
_FRAMES_ALONE = "--config.input.transforms=('gray', 'local_contrast')"
# The laboratory's own clips, and as often those of people filmed in many laboratories.
_JOINED = (
  '--config.dataset.name=',
  '--config.dataset.builder_config=',
  '--config.dataset.names='
  "('synthetic_faces/laboratory_{row}', 'synthetic_faces/laboratories_many')",
  '--config.dataset.balanced=True',
)

RECIPES = {
  # The demo's.
  'today': (_LAUNCH,),
  'strong': (_LAUNCH, '--config.training.augment=strong'),
  'frames_alone': (_LAUNCH, _FRAMES_ALONE),
  'joined': (_LAUNCH, *_JOINED),
  'joined_strong': (_LAUNCH, *_JOINED, '--config.training.augment=strong'),
  'joined_frames_alone': (_LAUNCH, *_JOINED, _FRAMES_ALONE),
}
