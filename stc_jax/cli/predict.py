"""Predicts videos: `stc-jax predict --model=RUN video.mp4 --out=FOLDER`.

Writes for each video a table (.csv), its events (_events.csv), the video with the
predictions drawn in (.mp4), a time line (.html), and a record of model, options and
counts (.json); and a summary of all videos (summary.csv). Finished files are kept, so
the same command continues after a stop. `--serve` shows a page instead.
"""

from typing import NoReturn

from absl import flags

from stc_jax import late
from stc_jax.cli import command_line, compilation, model_flags, serve
from stc_jax.console import terminal
from stc_jax.errors import InputError

_OUT = flags.DEFINE_string('out', 'predictions', 'The folder of all output files.')
_IMAGE_FPS = flags.DEFINE_float(
  'image_fps', None, 'Frames a second of folders of images. Default: 25.'
)
_MIN_EVENT = flags.DEFINE_float(
  'min_event', 0.1, 'Seconds; shorter events of one label are left out.'
)
_JOIN_GAPS = flags.DEFINE_float(
  'join_gaps',
  0.0,
  'Seconds; two runs of one label with a gap of at most this are one event.',
)
_EVENTS = flags.DEFINE_enum(
  'events',
  'csv',
  ['csv', 'tsv', 'boris'],
  'The file of events: csv or tsv, tables that ELAN imports, or boris, the spreadsheet '
  'that BORIS imports.',
)
_OVERWRITE = flags.DEFINE_bool('overwrite', False, 'Makes finished files again.')
_JOBS = flags.DEFINE_integer(
  'jobs',
  1,
  'Videos that are predicted side by side, at most one for each core. The answers are '
  'the same; each needs its own memory.',
  lower_bound=1,
)
_SERVE = flags.DEFINE_bool(
  'serve', False, 'Shows a page that takes videos, as `stc-jax serve` does.'
)
flags.adopt_module_key_flags(model_flags)
flags.adopt_module_key_flags(serve)


def main(inputs: list[str]) -> None:
  """Predicts the videos that the command line names, or serves the page.

  Raises:
    InputError: there are no videos, or --serve and videos.
  """
  if bool(inputs) == _SERVE.value:
    raise InputError(
      'no videos given; name them after the flags, or use --serve'
      if not inputs
      else f'{inputs[0]}: --serve takes no videos; leave out one of them'
    )
  if _SERVE.value:
    serve.main()
    return
  options, image_fps = model_flags.options(), _IMAGE_FPS.value
  if image_fps is not None:
    with model_flags.named_as_flag():
      late.load('stc_jax.predict.sources').check_rate('image_fps', image_fps)
  with model_flags.named_as_flag():
    chosen = late.load('stc_jax.predict.events').EventOptions(
      _MIN_EVENT.value, _JOIN_GAPS.value
    )
  compilation.keep_programs()
  late.load('stc_jax.predict.folder.batch').predict_videos(
    model_flags.MODEL.value,
    inputs,
    _OUT.value,
    options,
    image_fps,
    late.load('stc_jax.predict.folder.event_files').EventFile(chosen, _EVENTS.value),
    _OVERWRITE.value,
    _JOBS.value,
    terminal.console(soft_wrap=True, highlight=False),
  )


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main, takes='videos')
