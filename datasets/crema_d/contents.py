"""The contents of the complete CREMA-D, by the names of its clips."""

import itertools
import re

ACTORS = tuple(str(number) for number in range(1001, 1092))
_SENTENCES = 'DFA IEO IOM ITH ITS IWL IWW MTI TAI TIE TSI WSI'
SENTENCES = tuple(_SENTENCES.split())
EMOTIONS = {
  'ANG': 'anger',
  'DIS': 'disgust',
  'FEA': 'fear',
  'HAP': 'happiness',
  'SAD': 'sadness',
  'NEU': 'neutral',
}
# The actors of the published parts: the first and the last of each.
PARTS = ((1001, 1018), (1019, 1036), (1037, 1054), (1055, 1072), (1073, 1091))
# These can't be used in the owners' copy either.
UNUSABLE = {
  '1064_IEO_DIS_MD': 'a minute long, with all emotions',
  '1064_TIE_SAD_XX': 'states no duration',
  '1076_MTI_NEU_XX': 'very short',
  '1076_MTI_SAD_XX': 'shows an error',
}
_UNPUBLISHED = re.compile(
  '1002_TIE_NEU|1076_ITS_NEU|1008_WSI_...|1009_MTI_...|1019_ITH_...'
)


def _names() -> list[str]:
  """Each actor says each sentence in six ways, IEO in three levels of five of them."""
  names = []
  for actor, sentence, emotion in itertools.product(ACTORS, SENTENCES, EMOTIONS):
    has_levels = sentence == 'IEO' and emotion != 'NEU'
    for level in ('LO', 'MD', 'HI') if has_levels else ('XX',):
      names.append(f'{actor}_{sentence}_{emotion}_{level}')
  return names


NAMES = frozenset(_names())
LACKING = sorted(filter(_UNPUBLISHED.match, NAMES))
# What a complete copy has, in the order of names.
USABLE = tuple(sorted(NAMES - {*LACKING, *UNUSABLE}))


def label_of(name: str) -> str:
  """The emotion that the actor intended."""
  return EMOTIONS[name.split('_')[2]]


def actor_of(name: str) -> str:
  """The number of the actor."""
  return name.split('_')[0]
