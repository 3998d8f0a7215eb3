"""Predicts videos: `python -m stc_jax.predict --model=RUN video.mp4 --out=DIR`.

Writes, for each video, a table (.csv), the video with what the model sees drawn in
(.mp4), a time line (.html), and what it all follows from (.json). What is finished is
kept, so the same command goes on after a stop. `--serve` shows a page instead.
"""

import importlib

from absl import flags

from stc_jax.console import command_line
from stc_jax.errors import InputError

_MODEL = flags.DEFINE_string(
  'model', None, 'The folder of a run, or of one of its models.', required=True
)
_OUT = flags.DEFINE_string('out', 'predictions', 'The folder that the files go to.')
_FACES = flags.DEFINE_enum(
  'faces',
  'largest',
  ['largest', 'all'],
  'Which faces: the largest at any time, or all.',
)
_ALIGN = flags.DEFINE_enum(
  'align',
  '',
  ['', 'mtcnn', 'none'],
  'mtcnn finds faces and cuts them out by their eyes, none takes whole frames for '
  "faces; as the model's training clips if not given.",
)
_SECONDS = flags.DEFINE_float(
  'seconds', None, "Of a window; the training clips' median if not given."
)
_STEP = flags.DEFINE_float(
  'step', None, 'Seconds from window to window; a quarter of one if not given.'
)
_ONE_CLIP = flags.DEFINE_bool(
  'one_clip', False, 'Takes each video as one expression, whatever its length.'
)
_MIN_MOTION = flags.DEFINE_float(
  'min_motion',
  None,
  "Windows that move less have no answer (levels of 0..255); the training clips' 5th "
  'percentile if not given; with a class neutral all but still pictures have one.',
)
_CHOSEN = (_FACES, _ALIGN, _SECONDS, _STEP, _ONE_CLIP, _MIN_MOTION)
_IMAGE_FPS = flags.DEFINE_float(
  'image_fps', None, 'Frames a second of folders of images; 25 if not given.'
)
_OVERWRITE = flags.DEFINE_bool('overwrite', False, 'Makes finished files again.')

_SERVE = flags.DEFINE_bool(
  'serve', False, 'Shows a page that takes videos, in place of those named here.'
)
_HOST = flags.DEFINE_string(
  'host', '127.0.0.1', 'Of --serve; 0.0.0.0 lets in whoever reaches this machine.'
)
_PORT = flags.DEFINE_integer('port', 7860, 'Of --serve.', 1, 2**16 - 1)
_MAX_MEGABYTES = flags.DEFINE_integer(
  'max_megabytes', 200, 'Of --serve: of the largest video.', lower_bound=1
)


def main(inputs: list[str]) -> None:
  """Predicts what the command line names, or serves the page."""
  if bool(inputs) == _SERVE.value:
    raise InputError(
      'no videos given; name them behind the options, or take --serve'
      if not inputs
      else f'{inputs[0]}: the page takes its own videos; leave it out, or --serve'
    )
  chosen = {flag.name: flag.value for flag in _CHOSEN}
  if _SERVE.value:
    command = importlib.import_module('stc_jax.web.command')
    command.main(_MODEL.value, _HOST.value, _PORT.value, _MAX_MEGABYTES.value, chosen)
    return
  command = importlib.import_module('stc_jax.predict.command')  # seconds, not --help
  command.main(
    _MODEL.value, inputs, _OUT.value, chosen, _IMAGE_FPS.value, _OVERWRITE.value
  )


if __name__ == '__main__':
  command_line.run(main, takes='videos')
