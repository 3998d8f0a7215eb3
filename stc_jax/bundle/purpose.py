"""What a model is for and what not, in sentences for its users."""

from stc_jax.bundle.bundle import Bundle

RENDERED = 'synthetic_faces'
_NOT_REAL = (
  "It was trained on rendered faces. It shows how the program works, and can't be used "
  'for real faces.'
)
_LIKE_ITS_CLIPS = (
  'It knows faces that look like its training clips: their cameras, light, ages, skin '
  'tones and kind of expression. Test it on yours before you rely on it.'
)
_NO_EMOTION = "An expression is not an emotion. Don't use it to judge people."


def datasets_of(bundle: Bundle) -> list[str]:
  """The datasets that a model was trained on, and the models that it started from."""
  named = set(bundle.subjects or [bundle.provenance['dataset']['name']])
  earlier = bundle.provenance.get('start_from')
  while earlier:
    named.add(earlier['dataset']['name'])
    earlier = earlier.get('start_from')
  return sorted({name.partition('/')[0] for name in named})


def uses(bundle: Bundle) -> list[str]:
  """What a model answers, what it was trained on, and which videos it takes."""
  names = ', '.join(bundle.names)
  answer = (
    f'It says which action units a face shows in each frame: {names}.'
    if bundle.task.kind == 'detection'
    else f'It gives each frame of a face one of {len(bundle.names)} labels: {names}.'
  )
  rendered = ' (rendered faces)'
  sets = [name + rendered * (name == RENDERED) for name in datasets_of(bundle)]
  faces = (
    'It takes each whole frame for a face, upright and cropped as in training.'
    if bundle.alignment['align'] == 'none'
    else 'It finds upright faces by itself.'
  )
  return [answer, f'It was trained on {", ".join(sets)}.', faces]


def limits(bundle: Bundle) -> list[str]:
  """What a model can't do, and must not be used for."""
  is_rendered = datasets_of(bundle) == [RENDERED]
  return [_NOT_REAL if is_rendered else _LIKE_ITS_CLIPS, _NO_EMOTION]
