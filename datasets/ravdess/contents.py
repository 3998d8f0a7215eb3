"""The contents of the complete RAVDESS, by the names of its files.

A file is called modality-channel-emotion-intensity-statement-repetition-actor. Files
that differ in the modality alone show one performance, a clip, whose name is the rest.
"""

import itertools
import re
from pathlib import Path
from typing import NamedTuple

CHANNELS = {'01': 'speech', '02': 'song'}
SILENT, SOUND = '02', '03'  # modalities; 01 has picture and sound
EMOTIONS = {
  '01': 'neutral',
  '02': 'calm',
  '03': 'happiness',
  '04': 'sadness',
  '05': 'anger',
  '06': 'fear',
  '07': 'disgust',
  '08': 'surprise',
}
ACTORS = tuple(f'{number:02d}' for number in range(1, 25))
_WITHOUT_SONG = '18'
_UNSUNG = '07', '08'
# Published lists of actors.
PARTS = {
  'six': tuple(ACTORS[first : first + 4] for first in range(0, 24, 4)),
  'five': (
    ('02', '05', '14', '15', '16'),
    ('03', '06', '07', '13', '18'),
    ('10', '11', '12', '19', '20'),
    ('08', '17', '21', '23', '24'),
    ('01', '04', '09', '22'),
  ),
}
_FILE = re.compile(r'(0[1-3])-((?:\d\d-){5}\d\d)')


class FileName(NamedTuple):
  """The parts of a file's name: the modality, and the name of its clip."""

  modality: str
  clip: str


def parse(file: str) -> FileName | None:
  """Reads a file's name, with any ending; None if no clip has this name."""
  found = _FILE.fullmatch(Path(file).stem)
  return FileName(*found.groups()) if found and found[2] in _CHANNEL_OF else None


def clips(channel: str) -> tuple[str, ...]:
  """The names of all clips of a channel, 'speech' or 'song', sorted."""
  return tuple(name for name, of in _CHANNEL_OF.items() if of == channel)


def channel_of(clip: str) -> str:
  """The channel of a clip's name."""
  return _CHANNEL_OF[clip]


def label_of(clip: str) -> str:
  """The emotion that the actor was asked for."""
  return EMOTIONS[clip.split('-')[1]]


def actor_of(clip: str) -> str:
  """The number of the actor, two digits."""
  return clip.split('-')[-1]


def labels(channel: str) -> tuple[str, ...]:
  """The emotions of a channel: the six of other databases first."""
  shown = {label_of(clip) for clip in clips(channel)}
  basic = sorted(shown - {'neutral', 'calm'})
  return (*basic, 'neutral', 'calm')


def _channel_of() -> dict[str, str]:
  """The channel of each clip: two statements, two repetitions; neutral isn't strong."""
  pairs = ('01', '02')
  found = {}
  for (number, channel), emotion, *rest, actor in itertools.product(
    CHANNELS.items(), EMOTIONS, pairs, pairs, pairs, ACTORS
  ):
    strong_neutral = EMOTIONS[emotion] == 'neutral' and rest[0] == '02'
    unsung = emotion in _UNSUNG or actor == _WITHOUT_SONG
    if not (strong_neutral or (channel == 'song' and unsung)):
      found['-'.join([number, emotion, *rest, actor])] = channel
  return found


_CHANNEL_OF = _channel_of()
