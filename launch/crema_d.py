"""CREMA-D: 7,438 clips of 91 speaking actors, six classes with neutral; five parts.

python -m stc_jax.prepare --dataset=crema_d --manual_dir=FOLDER
python -m stc_jax.main --config=launch/crema_d.py

Labels are what the actors intended. What people saw without sound is another set:
  python -m stc_jax.prepare --dataset=crema_d --builder_config=face_vote ...
  --config.dataset.builder_config=face_vote

We have measured no accuracy on it: the files weren't at hand. Settings are those of
launch/mmi.py, for about twenty passes over the training clips. The baselines take long
for so many clips: on a stand-in of 7,438 clips the SVMs, which are fitted first and
kept, weren't done after twelve minutes of one core. Published, to stand
beside: people saw the intended emotion in 58.2 % of the clips without sound (Cao et al.
2014); pretrained on VoxCeleb2, video alone, mean recall 77.3 (SVFAP); trained on other
databases only, mean recall 60.6 (EMO-AffectNet). Their protocols differ from this one.
"""

from stc_jax.launch import default, recipes


def get_config(recipe: str = ''):
  config = default.get_config()
  config.dataset.name = 'crema_d'
  config.dataset.strongest_frame = 'most_changed'
  config.input.frame_rate = 10.0
  config.input.frames = 22
  config.protocol.kind = 'given'
  config.protocol.repeats = 1
  config.training.batch_size = 16
  config.training.stages = ((6000, 0.0002), (1500, 0.00002))
  return recipes.with_recipe(config, recipe)
