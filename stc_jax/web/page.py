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

from stc_jax.predict import sources
from stc_jax.predict.folder.event_files import write_events
from stc_jax.predict.model import Model
from stc_jax.predict.options import PredictOptions
from stc_jax.predict.render import overlay, timeline_page
from stc_jax.predict.table import write_csv
from stc_jax.web import controls, examples, messages
from stc_jax.web.turns import Cancellation, Turns
from stc_jax.web.uploads import Uploads

_WAITING = 16  # visitors at most
# A default of this kind asks Gradio for its progress bar.
_PROGRESS = gradio.Progress()
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
      controls.purpose_of(self._model.bundles[0])
      gradio.Markdown('## Your video')
      tabs = [controls.upload(), controls.webcam()]
      faces = controls.faces(self._options.faces)
      gradio.Markdown('## Or an example\nRendered; no real person is shown.')
      gallery = controls.gallery()
      gradio.Markdown('## Answer')
      said = gradio.Markdown('There is none yet.', elem_id='said')
      label = gradio.Label(label='The whole video', visible=False, elem_id='label')
      time_line = gradio.HTML(elem_id='time_line', padding=False)
      table, events = controls.download('table'), controls.download('events')
      outputs = [label, time_line, table, events, said]
      for button, video in tabs:
        _on_click(button, self._answer, [video, faces], outputs)
      for button, name in gallery:
        _on_click(button, self._answer_to(name), [faces], outputs)
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
    """Handles a click: returns the `outputs` of `_build`."""
    if video is None:
      raise messages.shown_error('No video yet: choose or record one.')
    path = pathlib.Path(video)
    return self._take_turn(path, self._uploads.used(path), faces, request, progress)

  def _answer_to(self, name: str) -> Callable:
    """Returns what handles a click on an example; see `_answer`."""

    def answer(faces: str, request: gradio.Request, progress=_PROGRESS):
      path, nothing = examples.path_of(name), contextlib.nullcontext()
      return self._take_turn(path, nothing, faces, request, progress)

    return answer

  def _take_turn(
    self,
    path: pathlib.Path,
    kept: contextlib.AbstractContextManager,
    faces: str,
    request: gradio.Request,
    progress: gradio.Progress,
  ):
    """Waits for the visitor's turn, and answers; meanwhile the file is `kept`."""
    waiting = messages.queue_position(progress)
    try:
      with kept, self._turns.turn(request.session_hash, waiting) as check:
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
      found = answer.events()
      write_events(events, found, 'csv')
    address = (
      'gradio_api/file=' + urllib.parse.quote(str(film)) if film.exists() else ''
    )
    about = self._model.description
    text = timeline_page.html_of(answer, path.name, address, about, found)
    return (
      gradio.Label(answer.label or 'no label', visible=True),
      f'<iframe title="Time line" onload="{html.escape(_FIT)}" '
      f'srcdoc="{html.escape(text)}"></iframe>',
      *(gradio.DownloadButton(value=str(f), visible=True) for f in (table, events)),
      _said(path.name, answer.label, len(found)),
    )


def _said(name: str, label: str, events: int) -> str:
  """An answer in a line."""
  count = f'{events} event{"s" * (events != 1)}'
  answer = f'{html.escape(name)}: {label or "no label"}, {count}.'
  return f'{answer} The time line and the files are below.'


@contextlib.contextmanager
def _new_folder(folder: pathlib.Path) -> Iterator[None]:
  """Makes a folder, and removes it if the block fails."""
  folder.mkdir()
  try:
    yield
  except BaseException:
    shutil.rmtree(folder)
    raise


def _on_click(
  button: gradio.Button, answer: Callable, inputs: list, outputs: list
) -> None:
  """Answers a click; how many are answered at a time is up to `Turns`."""
  button.click(
    answer, inputs, outputs, api_visibility='private', concurrency_limit=None
  )
