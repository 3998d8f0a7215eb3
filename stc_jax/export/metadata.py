"""The metadata of an exported file: what it needs to be used without this package."""

import dataclasses

import stc_jax
from stc_jax.bundle.bundle import Bundle

_REST = '; of a shorter one all, the last repeated'
_SHOWN = {
  'uniform': 'so many of its frames, evenly from the first to the last' + _REST,
  'last': 'its last frames' + _REST,
  'most_changed': (
    'those of its frames that differ most from its first, in their order' + _REST
  ),
  'past': 'for each frame a window that ends with it, its first frame repeated',
  'centred': 'for each frame a window around it, its first and last frame repeated',
}


def metadata(bundles: list[Bundle]) -> dict:
  """The metadata of a file that holds these bundles, as JSON values by name.

  `how_to` describes the inputs and the output in words. `names` are those of the
  probabilities. `alignment` describes how faces were cropped, `input` how frames were
  chosen, `models` what each bundle was trained on.
  """
  first = bundles[0]
  return {
    'how_to': how_to(first),
    'names': first.names,
    'task': first.task.kind,
    'input': first.input.recorded(),
    'alignment': first.alignment,
    'model': first.model,
    'network': dataclasses.asdict(first.network),
    'models': [
      {
        'normalisation': {
          name: [round(float(number), 6) for number in value]
          for name, value in bundle.normalisation._asdict().items()
        },
        'clip_seconds': bundle.clip_seconds,
        'clip_motion': bundle.clip_motion,
        'provenance': bundle.provenance,
      }
      for bundle in bundles
    ],
    'stc_jax': stc_jax.__version__,
  }


def how_to(bundle: Bundle) -> list[str]:
  """Describes each input and the output, in a line each."""
  size = bundle.input
  alignment = ', '.join(f'{name} {value}' for name, value in bundle.alignment.items())
  resampled = f' at {size.frame_rate} frames a second' if size.frame_rate else ''
  chosen = _SHOWN.get(size.sampling, size.sampling)
  own = f"1 to {size.frames}: how many of these frames are the clip's own"
  return [
    f'frames: uint8 [batch, {size.frames}, {size.height}, {size.width}, 3], RGB, the '
    f'face cut out ({alignment}) and resized (means of pixel areas); of a clip'
    f'{resampled} {chosen}',
    f'real: int32 [batch], {size.frames if size.per_frame else own}',
    f'probabilities: float32 [batch, {len(bundle.names)}]: {", ".join(bundle.names)}',
  ]
