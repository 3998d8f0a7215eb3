"""What the page is made of: words, controls, fonts and the style sheet."""

import gradio

from stc_jax.bundle import purpose
from stc_jax.bundle.bundle import Bundle
from stc_jax.faces.images import IMAGES
from stc_jax.faces.videos import VIDEOS
from stc_jax.web import examples

_FONTS = {
  'font': ['system-ui', 'sans-serif'],
  'font_mono': ['ui-monospace', 'monospace'],
}
# Gradio's own colours have too little contrast (WCAG 2, 1.4.3).
_COLOURS = {
  'body_text_color_subdued': '*neutral_600',
  'button_primary_background_fill': '*primary_700',
  'button_primary_background_fill_dark': '*primary_700',
  'button_primary_background_fill_hover': '*primary_800',
  'button_primary_background_fill_hover_dark': '*primary_800',
}
# What is said of an answer is read out; the field for a file is named by its words.
SCRIPT = """() => {
  document.getElementById('said').setAttribute('role', 'status');
  const name = () => document.querySelectorAll('.upload-container[aria-label]')
    .forEach((field) => field.removeAttribute('aria-label'));
  new MutationObserver(name).observe(document.body, {childList: true, subtree: true});
  name();
}"""
_STYLE = """
.gradio-container { max-width: 1100px !important; margin: 0 auto !important; }
#time_line iframe { width: 100%; height: 40rem; border: 0; display: block; }
.upload-container .or { color: var(--body-text-color-subdued); }
.gradio-container :focus-visible {
  outline: 3px solid var(--primary-700) !important; outline-offset: 2px;
}
.dark .gradio-container :focus-visible { outline-color: var(--primary-400) !important; }
button[role="tab"].selected { color: var(--primary-700) !important; }
.dark button[role="tab"].selected { color: var(--primary-400) !important; }
.example { flex-direction: column; }
.example::before {
  content: ""; display: block; width: 100%; aspect-ratio: 3; margin-bottom: .4rem;
  background-size: cover; border-radius: 6px;
}
"""


def theme() -> gradio.themes.Base:
  """Gradio's theme, with fonts of the visitor's machine."""
  return gradio.themes.Default(**_FONTS).set(**_COLOURS)


def style() -> str:
  """The style sheet of the page."""
  return _STYLE + examples.style()


def purpose_of(bundle: Bundle) -> None:
  """Says what a model is for, and what not."""
  with gradio.Row():
    for title, lines in (
      ('This model', purpose.uses(bundle)),
      ('Its limits', purpose.limits(bundle)),
    ):
      with gradio.Column(min_width=300):
        gradio.Markdown('\n'.join([f'## {title}', *(f'- {line}' for line in lines)]))


def faces(chosen: str) -> gradio.Radio:
  """The choice of the faces that are answered for."""
  return gradio.Radio(
    [('the largest face', 'largest'), ('all faces', 'all')],
    value=chosen,
    label='Answer for',
    elem_id='faces',
  )


def gallery() -> list[tuple[gradio.Button, str]]:
  """A button for each example, and the example's name."""
  with gradio.Row():
    return [
      (
        gradio.Button(
          f'Try {name}',
          elem_id=examples.element(name),
          elem_classes='example',
          min_width=280,
        ),
        name,
      )
      for name in examples.NAMES
    ]


def upload() -> tuple[gradio.Button, gradio.Component]:
  """The tab of an upload: its button, and what is uploaded."""
  with gradio.Tab('Upload'):
    video = gradio.File(
      label='Video', file_types=sorted(VIDEOS | IMAGES), height=200, elem_id='upload'
    )
    return _button('ask_upload'), video


def webcam() -> tuple[gradio.Button, gradio.Component]:
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


def download(name: str) -> gradio.DownloadButton:
  """A button that is shown once there is an answer."""
  said = f'Download the {name} (CSV)'
  return gradio.DownloadButton(said, visible=False, elem_id=name)


def _button(name: str) -> gradio.Button:
  return gradio.Button('What does it show?', variant='primary', elem_id=name)
