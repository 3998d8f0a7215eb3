"""Class names in any script: pictures draw them or show replacements."""

import dataclasses

import numpy as np
from fakes.fake_model import CLASSES

from stc_jax import plots
from stc_jax.predict.prediction import Prediction
from stc_jax.predict.render.overlay import Overlay
from stc_jax.predict.table import table_dtype
from stc_jax.tasks import pictures

NAMES = ('freude', 'грусть', '幸福', 'سعادة')
SHOWN = ('freude', 'грусть', 'class 3', 'class 4')


def answer(label):
  table = np.zeros(1, table_dtype(SHOWN, CLASSES))
  table['face'], table['box_right'], table['box_bottom'] = 1, 60, 60
  table['label'] = label
  return Prediction(table, NAMES, CLASSES, 25.0, 1, (240, 320), {}, ())


def test_names_without_letters_in_the_font_are_replaced_and_told():
  assert plots.drawable(NAMES) == list(SHOWN)
  (note,) = plots.font_notes(NAMES)
  assert note.endswith('there class 3 is 幸福, class 4 is سعادة')
  assert not plots.font_notes(SHOWN)


def test_a_confusion_is_drawn_without_a_warning(tmp_path):
  summary = {
    'model': 'stc_nlstm',
    'dataset': '表情',  # boxes, in a title
    'classes': NAMES,
    'confusion': np.eye(4, dtype=int).tolist(),
    'trials': 1,
    'trial_accuracy_mean': 1.0,
  }
  drawn = []
  for number, classes in enumerate((NAMES, SHOWN)):
    path = tmp_path / f'{number}.png'
    figure = pictures.confusion(summary | {'classes': classes})
    plots.save_png(figure, path)
    drawn.append(path.read_bytes())
  assert drawn[0] == drawn[1]


def test_an_answer_s_video_and_plot_show_what_stands_for_them():
  frame = np.zeros((240, 320, 3), np.uint8)
  found, shown = answer('幸福'), answer('class 3')
  plain = dataclasses.replace(shown, names=SHOWN)
  np.testing.assert_array_equal(
    Overlay(found).draw(0, frame), Overlay(plain).draw(0, frame)
  )
  legend = found.plot().axes[0].get_legend()
  assert [text.get_text() for text in legend.get_texts()] == list(SHOWN)
