"""The page that videos are shown to: upload or webcam, time line, table."""

import dataclasses
import html
import pathlib
import secrets
import socket
import time
import urllib.parse
from collections.abc import Callable

import gradio

from stc_jax.errors import InputError
from stc_jax.faces.videos import VIDEOS
from stc_jax.predict import csv_table, page, sources, writing
from stc_jax.predict.answering import Asked
from stc_jax.predict.model import Model

_HOUR = 3600  # seconds
_WAITING = 16  # visitors at most; one is served at a time
_SPOKEN = 0.3  # seconds between two signs of progress
_FONTS = {
  'font': ['system-ui', 'sans-serif'],
  'font_mono': ['ui-monospace', 'monospace'],
}
# What Gradio gives to a function that asks for it in this way.
_PROGRESS = gradio.Progress()
_CSS = """
.gradio-container { max-width: 1100px !important; margin: 0 auto !important; }
#time_line iframe { width: 100%; height: 40rem; border: 0; display: block; }
"""
# As high as what it holds, also once its video is there.
_FIT = (
  'const d = this.contentDocument; const fit = () => {'
  " this.style.height = d.querySelector('main').scrollHeight + 'px' };"
  " new ResizeObserver(fit).observe(d.querySelector('main')); fit();"
)


class Server:
  """A page of one model.

  Args:
    model: what is asked.
    asked: what the page starts with.
    folder: Gradio's own, whose files it shows; all that is uploaded or made lies there,
      and goes after an hour.
    megabytes: the largest video that is taken.
  """

  def __init__(self, model: Model, asked: Asked, folder: pathlib.Path, megabytes: int):
    self._model, self._asked = model, asked
    self._folder, self._megabytes = folder, megabytes
    self._blocks = self._build()

  def start(self, host: str, port: int) -> str:
    """Listens; returns the page's address.

    Raises:
      InputError: the address is taken, or not this machine's.
    """
    try:
      family = socket.AF_INET6 if ':' in host else socket.AF_INET
      socket.create_server((host, port), family=family).close()
    except OSError as error:
      why = str(error.strerror).partition(' (')[0]  # the address stands behind
      raise InputError(
        f'--host={host} --port={port}: cannot listen there ({why}); name another'
      ) from error
    self._blocks.launch(
      server_name=host,
      server_port=port,
      prevent_thread_lock=True,
      quiet=True,
      inbrowser=False,
      share=False,
      show_error=True,
      allowed_paths=[],
      max_file_size=f'{self._megabytes}mb',
      footer_links=[],
      enable_monitoring=False,
      ssr_mode=False,
      pwa=False,
      mcp_server=False,
      theme=gradio.themes.Default(**_FONTS),
      css=_CSS,
    )
    return f'http://{host}:{port}/'

  def stop(self) -> None:
    """Closes the page."""
    self._blocks.close(verbose=False)

  def _build(self) -> gradio.Blocks:
    with gradio.Blocks(
      title='stc_jax', analytics_enabled=False, delete_cache=(_HOUR // 4, _HOUR)
    ) as blocks:
      gradio.Markdown(
        f'# Expressions in a video\n{self._model.about}. Videos of up to '
        f'{self._megabytes} MB stay on the machine that shows this page, and for an '
        'hour at most.'
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
      self._table = gradio.DownloadButton(
        'Download the table (CSV)', visible=False, elem_id='table'
      )
      for button, video in asked:
        button.click(
          self._answer,
          [video, faces],
          [label, time_line, self._table],
          api_visibility='private',
          concurrency_limit=1,
          concurrency_id='model',
        )
    return blocks.queue(max_size=_WAITING)

  def _answer(self, video: str | None, faces: str, progress=_PROGRESS):
    """What a button does: the label, the time line, the table."""
    if video is None:
      raise gradio.Error('No video yet: choose or record one.', print_exception=False)
    path = pathlib.Path(video)
    try:
      return self._made(path, faces, progress)
    except InputError as error:
      said = str(error).replace(str(path), path.name)
      raise gradio.Error(said, duration=None, print_exception=False) from error

  def _made(self, path: pathlib.Path, faces: str, progress: gradio.Progress):
    asked = dataclasses.replace(self._asked, faces=faces)
    source = sources.of_path(path)
    answer = self._model.answer(
      source, asked, _spoken(progress, source.count, 'finds faces')
    )
    own = self._folder / secrets.token_hex(16)  # an address that nobody guesses
    own.mkdir()
    table, film = own / f'{path.stem}.csv', own / f'{path.stem}.mp4'
    csv_table.write(table, answer)
    answer = writing.film(
      film, answer, source, _spoken(progress, source.count, 'draws')
    )
    self._table.temp_files |= {str(table), str(film)}  # Gradio removes them
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


def _upload() -> tuple[gradio.Button, gradio.Component]:
  with gradio.Tab('Upload'):
    video = gradio.File(
      label='Video', file_types=sorted(VIDEOS), height=200, elem_id='upload'
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


def _spoken(progress: gradio.Progress, total: int, words: str) -> Callable[[], None]:
  """Tells the visitor, now and then, how many frames are done."""
  done, spoke = 0, 0.0

  def advance():
    nonlocal done, spoke
    done += 1
    if time.monotonic() - spoke > _SPOKEN:
      spoke = time.monotonic()
      progress((done, total), desc=words, unit='frames')

  return advance
