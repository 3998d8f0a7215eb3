"""The page that videos are shown to: upload or webcam, time line, table."""

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
from stc_jax.predict import csv_table, sources
from stc_jax.predict.answering import Asked
from stc_jax.predict.model import Model
from stc_jax.predict.render import overlay, page
from stc_jax.web import telling
from stc_jax.web.turns import Stopped, Turns
from stc_jax.web.uploads import Uploads

_WAITING = 16  # visitors at most
FONTS = {
  'font': ['system-ui', 'sans-serif'],
  'font_mono': ['ui-monospace', 'monospace'],
}
# What Gradio gives to a function that asks for it in this way.
_PROGRESS = gradio.Progress()
CSS = """
.gradio-container { max-width: 1100px !important; margin: 0 auto !important; }
#time_line iframe { width: 100%; height: 40rem; border: 0; display: block; }
"""
# As high as what it holds, also once its video is there.
_FIT = (
  'const d = this.contentDocument; const fit = () => {'
  " this.style.height = d.querySelector('main').scrollHeight + 'px' };"
  " new ResizeObserver(fit).observe(d.querySelector('main')); fit();"
)


class Page:
  """What visitors see of one model, and what they may ask of it.

  Args:
    model: what is asked.
    asked: what the page starts with.
    folder: Gradio's own, whose files it shows; all that is uploaded or made lies there,
      and goes an hour after its last use.
    megabytes: the largest video that is taken.

  Attributes:
    blocks: the page, as Gradio has it.
  """

  def __init__(self, model: Model, asked: Asked, folder: pathlib.Path, megabytes: int):
    self._model, self._asked = model, asked
    self._folder, self._megabytes = folder, megabytes
    self._turns, self._uploads = Turns(_WAITING), Uploads(folder)
    self.blocks = self._build()

  def begin(self) -> None:
    """Begins to remove what nobody uses any more."""
    threading.Thread(target=self._uploads.sweep_until_ended, daemon=True).start()

  def end(self) -> None:
    """Stops all answers, and waits until they have."""
    self._turns.end()
    self._uploads.end()

  def _build(self) -> gradio.Blocks:
    with gradio.Blocks(title='stc_jax', analytics_enabled=False) as blocks:
      gradio.Markdown(
        f'# Expressions in a video\n{self._model.about}. Videos of up to '
        f'{self._megabytes} MB stay on the machine that shows this page, and go '
        'an hour after their last use.'
      )
      asked = [_upload(), _webcam()]
      faces = gradio.Radio(
        [('the largest face', 'largest'), ('all faces', 'all')],
        value=self._asked.faces,
        label='Answer for',
        elem_id='faces',
      )
      label = gradio.Label(label='The whole video', visible=False, elem_id='label')
      time_line = gradio.HTML(elem_id='time_line', padding=False)
      table = gradio.DownloadButton(
        'Download the table (CSV)', visible=False, elem_id='table'
      )
      for button, video in asked:
        button.click(
          self._answer,
          [video, faces],
          [label, time_line, table],
          api_visibility='private',
          concurrency_limit=None,  # the turns are ours
        )
      blocks.unload(self._leave)
    return blocks

  def _leave(self, request: gradio.Request) -> None:
    """What happens when a visitor closes the page."""
    self._turns.leave(request.session_hash)

  def _answer(
    self,
    video: str | None,
    faces: str,
    request: gradio.Request,
    progress=_PROGRESS,
  ):
    """What a button does: the label, the time line, the table."""
    if video is None:
      raise telling.in_place('No video yet: choose or record one.')
    path = pathlib.Path(video)
    try:
      with (
        self._uploads.used(path),
        self._turns.awaited(request.session_hash, telling.before(progress)) as check,
      ):
        return self._made(path, faces, progress, check)
    except Stopped as error:
      raise telling.in_place(
        f'{path.name}: stopped, as this page is closed.'
      ) from error
    except Exception as error:
      raise telling.in_place(telling.line_of(error, path)) from error

  def _made(
    self,
    path: pathlib.Path,
    faces: str,
    progress: gradio.Progress,
    check: Callable[[], None],
  ):
    asked = dataclasses.replace(self._asked, faces=faces)
    source = sources.of_path(path)
    answer = self._model.answer(
      source, asked, telling.spoken(progress, source.count, 'finds faces', check)
    )
    own = self._folder / secrets.token_hex(16)  # an address that nobody guesses
    table, film = own / f'{path.stem}.csv', own / f'{path.stem}.mp4'
    with _whole(own):
      csv_table.write(table, answer)
      with self._uploads.used(table):  # a long video is drawn for longer than an hour
        answer = overlay.write_video(
          film, answer, source, telling.spoken(progress, source.count, 'draws', check)
        )
    address = (
      'gradio_api/file=' + urllib.parse.quote(str(film)) if film.exists() else ''
    )
    text = page.html_of(answer, path.name, address, self._model.about)
    return (
      gradio.Label(answer.label or 'no label', visible=True),
      f'<iframe title="Time line" onload="{html.escape(_FIT)}" '
      f'srcdoc="{html.escape(text)}"></iframe>',
      gradio.DownloadButton(value=str(table), visible=True),
    )


@contextlib.contextmanager
def _whole(folder: pathlib.Path) -> Iterator[None]:
  """Makes a folder, and removes it where the block fails."""
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
  """Recordings as the browser makes them: otherwise Gradio calls FFmpeg."""
  picture = {'width': {'ideal': 640}, 'height': {'ideal': 480}}
  with gradio.Tab('Webcam'):
    video = gradio.Video(
      label='Record, then stop',
      sources=['webcam'],
      include_audio=True,
      webcam_options=gradio.WebcamOptions(
        mirror=False,
        constraints={'video': picture, 'audio': False},  # so there is no sound
      ),
      height=340,
      elem_id='webcam',
    )
    return _button('ask_webcam'), video


def _button(name: str) -> gradio.Button:
  return gradio.Button('What does it show?', variant='primary', elem_id=name)
