"""The page: takes a video or a recording, shows label, time line and table."""

import contextlib
import dataclasses
import html
import pathlib
import secrets
import shutil
import threading
import urllib.parse
from collections.abc import Callable, Iterator

import gradio

from stc_jax.faces.images import IMAGES
from stc_jax.faces.videos import VIDEOS
from stc_jax.predict import sources
from stc_jax.predict.folder.event_files import write_events
from stc_jax.predict.model import Model
from stc_jax.predict.options import PredictOptions
from stc_jax.predict.render import overlay, timeline_page
from stc_jax.predict.table import write_csv
from stc_jax.web import messages
from stc_jax.web.turns import Cancellation, Turns
from stc_jax.web.uploads import Uploads

_WAITING = 16  # visitors at most
FONTS = {
  'font': ['system-ui', 'sans-serif'],
  'font_mono': ['ui-monospace', 'monospace'],
}
# A default of this kind asks Gradio for its progress bar.
_PROGRESS = gradio.Progress()
CSS = """
.gradio-container { max-width: 1100px !important; margin: 0 auto !important; }
#time_line iframe { width: 100%; height: 40rem; border: 0; display: block; }
"""
# Fits the frame's height to its content, also after the video has loaded.
_FIT = (
  'const d = this.contentDocument; const fit = () => {'
  " this.style.height = d.querySelector('main').scrollHeight + 'px' };"
  " new ResizeObserver(fit).observe(d.querySelector('main')); fit();"
)


class Page:
  """The page of one model.

  Args:
    model: predicts the videos.
    options: of the prediction; visitors may change the choice of faces.
    folder: Gradio's folder for uploads and results. A file is removed an hour after its
      last use.
    megabytes: the size of the largest video that is accepted.

  Attributes:
    blocks: the page as a Gradio application.
  """

  def __init__(
    self, model: Model, options: PredictOptions, folder: pathlib.Path, megabytes: int
  ):
    self._model, self._options = model, options
    self._folder, self._megabytes = folder, megabytes
    self._turns, self._uploads = Turns(_WAITING), Uploads(folder)
    self.blocks = self._build()

  def begin(self) -> None:
    """Starts to remove files that are no longer used."""
    threading.Thread(target=self._uploads.sweep_until_ended, daemon=True).start()

  def end(self) -> None:
    """Cancels all predictions, and waits until they have ended."""
    self._turns.end()
    self._uploads.end()

  def _build(self) -> gradio.Blocks:
    with gradio.Blocks(title='stc_jax', analytics_enabled=False) as blocks:
      gradio.Markdown(
        f'# Expressions in a video\n{self._model.description}. Videos of up to '
        f'{self._megabytes} MB stay on the machine that shows this page, and '
        'are removed an hour after their last use.'
      )
      tabs = [_upload(), _webcam()]
      faces = gradio.Radio(
        [('the largest face', 'largest'), ('all faces', 'all')],
        value=self._options.faces,
        label='Answer for',
        elem_id='faces',
      )
      label = gradio.Label(label='The whole video', visible=False, elem_id='label')
      time_line = gradio.HTML(elem_id='time_line', padding=False)
      table, events = _download('table'), _download('events')
      for button, video in tabs:
        button.click(
          self._answer,
          [video, faces],
          [label, time_line, table, events],
          api_visibility='private',
          concurrency_limit=None,  # `Turns` limits it
        )
      blocks.unload(self._leave)
    return blocks

  def _leave(self, request: gradio.Request) -> None:
    """Cancels the prediction of a visitor who has closed the page."""
    self._turns.leave(request.session_hash)

  def _answer(
    self,
    video: str | None,
    faces: str,
    request: gradio.Request,
    progress=_PROGRESS,
  ):
    """Handles a click: returns the label, the time line, the table and the events."""
    if video is None:
      raise messages.shown_error('No video yet: choose or record one.')
    path = pathlib.Path(video)
    try:
      with (
        self._uploads.used(path),
        self._turns.turn(
          request.session_hash, messages.queue_position(progress)
        ) as check,
      ):
        return self._predict(path, faces, progress, check)
    except Cancellation as error:
      raise messages.shown_error(
        f'{path.name}: stopped, as this page is closed.'
      ) from error
    except Exception as error:
      raise messages.shown_error(messages.error_line(error, path)) from error

  def _predict(
    self,
    path: pathlib.Path,
    faces: str,
    progress: gradio.Progress,
    check: Callable[[], None],
  ):
    options = dataclasses.replace(self._options, faces=faces)
    source = sources.of_path(path)
    answer = self._model.predict_source(
      source,
      options,
      messages.frame_progress(progress, source.count, 'finding faces', check),
    )
    own = self._folder / secrets.token_hex(16)  # an address that can't be guessed
    names = (path.stem + end for end in ('.csv', '_events.csv', '.mp4'))
    table, events, film = map(own.joinpath, names)
    with _new_folder(own):
      write_csv(table, answer.table)
      with self._uploads.used(table):  # drawing a long video takes more than an hour
        answer = overlay.write_video(
          film,
          answer,
          source,
          messages.frame_progress(progress, source.count, 'drawing', check),
        )
      write_events(events, answer.events(), 'csv')
    address = (
      'gradio_api/file=' + urllib.parse.quote(str(film)) if film.exists() else ''
    )
    text = timeline_page.html_of(answer, path.name, address, self._model.description)
    return (
      gradio.Label(answer.label or 'no label', visible=True),
      f'<iframe title="Time line" onload="{html.escape(_FIT)}" '
      f'srcdoc="{html.escape(text)}"></iframe>',
      *(gradio.DownloadButton(value=str(f), visible=True) for f in (table, events)),
    )


@contextlib.contextmanager
def _new_folder(folder: pathlib.Path) -> Iterator[None]:
  """Makes a folder, and removes it if the block fails."""
  folder.mkdir()
  try:
    yield
  except BaseException:
    shutil.rmtree(folder)
    raise


def _upload() -> tuple[gradio.Button, gradio.Component]:
  with gradio.Tab('Upload'):
    video = gradio.File(
      label='Video', file_types=sorted(VIDEOS | IMAGES), height=200, elem_id='upload'
    )
    return _button('ask_upload'), video


def _webcam() -> tuple[gradio.Button, gradio.Component]:
  """Takes recordings as the browser makes them: otherwise Gradio calls FFmpeg.

  The browser records no sound, so that Gradio has none to remove (`include_audio`).
  """
  picture = {'width': {'ideal': 640}, 'height': {'ideal': 480}}
  with gradio.Tab('Webcam'):
    video = gradio.Video(
      label='Record, then stop',
      sources=['webcam'],
      include_audio=True,
      webcam_options=gradio.WebcamOptions(
        mirror=False,
        constraints={'video': picture, 'audio': False},
      ),
      height=340,
      elem_id='webcam',
    )
    return _button('ask_webcam'), video


def _download(name: str) -> gradio.DownloadButton:
  said = f'Download the {name} (CSV)'
  return gradio.DownloadButton(said, visible=False, elem_id=name)


def _button(name: str) -> gradio.Button:
  return gradio.Button('What does it show?', variant='primary', elem_id=name)
