"""CREMA-D, RAVDESS and FER2013 as one set: a model for other people's videos.

python -m stc_jax.prepare --dataset=crema_d --manual_dir=CREMA-D
python -m stc_jax.prepare --dataset=ravdess --manual_dir=RAVDESS
python -m stc_jax.prepare --dataset=fer2013 --manual_dir=FER2013
python -m stc_jax.main --config=launch/open_faces.py --workdir=runs/open_faces

Anyone may download the three; datasets/<name>/README.md says where, and what may be
done with weights. They show 115 actors who speak, and 35,887 faces from the web. The
classes are anger, disgust, fear, happiness, sadness, surprise and neutral. RAVDESS has
`calm`, too, a second face without an emotion, which counts as neutral here.

One model is trained on everything, for use on new videos, and has no accuracy of its
own. To see what to expect of other people's videos, test each database with a model of
the two others:

python -m stc_jax.main --config=launch/open_faces.py --config.protocol.kind=databases

Tried on generated copies alone, of few clips: no accuracy was measured on these
databases, and no setting was chosen on them. 50,000 steps of 16 clips of 8 frames are
work for a GPU; the frames take about 2 GB of memory. FER2013's pictures are taken as
they are; prepared with --align=mtcnn, its faces are cut out as those of videos are.
"""

from stc_jax.launch import default, recipes


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.names = ('crema_d', 'ravdess', 'fer2013')
  config.dataset.classes = (('calm', 'neutral'),)
  config.dataset.balanced = True  # otherwise four of five examples are of FER2013
  config.dataset.strongest_frame = 'most_changed'
  # The size of FER2013's pictures; the others are made smaller. Their clips last for
  # three seconds or so, and have 30 frames a second.
  config.input.update(frames=8, height=48, width=48, frame_rate=10.0)
  # Otherwise motion tells the database. Chosen on rendered faces.
  config.input.still_motion = 2.0
  config.input.still_share = 0.2
  notation = default.LAYERS.replace('C(3,64)', 'C(3,32)')
  default.set_models(config, notation=notation, lstm_width=64)
  config.protocol.kind = 'all'
  config.protocol.repeats = 1
  config.training.batch_size = 16
  config.training.stages = ((40_000, 0.0004), (10_000, 0.00004))
  return recipes.with_recipe(config, recipe)
