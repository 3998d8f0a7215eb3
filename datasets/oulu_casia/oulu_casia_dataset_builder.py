"""TFDS builder of Oulu-CASIA NIR&VIS (Zhao et al. 2011)."""

import dataclasses
import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import tensorflow_datasets as tfds

from stc_jax.datasets.recorded import scan
from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.datasets.recorded.builder import AlignedClipsBuilder
from stc_jax.datasets.recorded.inventory import Inventory
from stc_jax.datasets.recorded.options import RecordedConfig
from stc_jax.errors import InputError
from stc_jax.faces.recording import Recording

SPECTRA, LIGHTS = ('VL', 'NI'), ('Strong', 'Weak', 'Dark')
SUBJECTS = [f'P{number:03d}' for number in range(1, 81)]
FOLDERS = ('Anger', 'Disgust', 'Fear', 'Happiness', 'Sadness', 'Surprise')
_FPS = 25.0
FRAMES = 10_379  # of the 480 sequences of VL/Strong
_IMAGE = re.compile(r'(?:.*\D)?(\d+)\.jpe?g', re.IGNORECASE)


@dataclasses.dataclass(eq=False)
class OuluCasiaConfig(RecordedConfig):
  """A choice of recordings.

  Attributes:
    spectrum: 'VL', visible light, or 'NI', near infrared.
    light: 'Strong', 'Weak' or 'Dark'.
    cropped: takes the owners' cropped images instead of the original ones.
  """

  spectrum: str = 'VL'
  light: str = 'Strong'
  cropped: bool = False

  @property
  def outer(self) -> str:
    """The folder that holds the three lights."""
    return f'{self.spectrum}_Acropped' if self.cropped else self.spectrum


def _configs() -> list[OuluCasiaConfig]:
  configs = []
  for cropped, spectrum, light in itertools.product((False, True), SPECTRA, LIGHTS):
    name = f'{spectrum}_{light}'.lower() + ('_cropped' if cropped else '')
    images = "the owners' cropped images" if cropped else 'original images'
    configs.append(
      OuluCasiaConfig(
        name=name,
        description=f'480 sequences: {spectrum}, {light}; {images}.',
        spectrum=spectrum,
        light=light,
        cropped=cropped,
      )
    )
  return configs


class Builder(AlignedClipsBuilder):
  """Builder of oulu_casia: 80 subjects, six emotions, neutral to apex."""

  VERSION = tfds.core.Version('1.1.0')
  BUILDER_CONFIGS = _configs()
  pkg_dir_path = Path(__file__).parent
  MANUAL_DOWNLOAD_INSTRUCTIONS: ClassVar = (
    'Ask the Center for Machine Vision and Signal Analysis of the University of Oulu '
    'for Oulu-CASIA NIR&VIS and unpack it, so that the folder holds '
    'VL/Strong/P001/Anger/000.jpeg, or VL_Acropped/Strong/... for the cropped images; '
    'folders around these do no harm.'
  )

  def own_align(self) -> str:
    """See the base class; the owners' crops are taken as they are."""
    return 'none' if self.builder_config.cropped else 'mtcnn'

  def find(self, folder: Path) -> Inventory:
    """Lists the sequences of all subjects and emotions.

    Raises:
      InputError: there is no folder of this spectrum and light.
    """
    config = self.builder_config
    inner = _inner(folder, config)
    clips, bad, gaps = [], [], []
    for subject, emotion in itertools.product(SUBJECTS, FOLDERS):
      sequence, key = inner / subject / emotion, f'{subject}_{emotion}'
      if not sequence.is_dir():
        gaps.append(f'{subject}/{emotion} is missing')
        continue
      try:
        recording = Recording(_images(sequence, folder), _FPS)
        clips.append(RawClip(key, emotion.lower(), subject, recording))
      except InputError as error:
        bad.append((key, str(error)))
    gaps += [f'{entry.relative_to(inner)} is not known' for entry in _unknown(inner)]
    if not bad and not gaps and config.name == 'vl_strong':
      gaps += _frame_gaps(clips)
    return Inventory(clips, bad, gaps)


def _inner(folder: Path, config: OuluCasiaConfig) -> Path:
  """The only folder <spectrum>/<light> below `folder`."""

  def wanted(path: Path) -> bool:
    return path.name == config.light and path.parent.name == config.outer

  what = f'folder {config.outer}/{config.light}'
  hint = Builder.MANUAL_DOWNLOAD_INSTRUCTIONS
  return scan.the_one(list(scan.search(folder, wanted)), what, folder, hint)


def _frame_gaps(clips: Sequence[RawClip]) -> list[str]:
  """The gap of a complete VL/Strong whose total number of images is wrong."""
  count = sum(len(clip.recording.paths) for clip in clips)
  if count == FRAMES:
    return []
  return [f'{count} images, the whole has {FRAMES}: some sequences end elsewhere']


def _unknown(inner: Path) -> list[Path]:
  """Folders that are no subject or emotion of the database."""
  found = []
  for subject in scan.folders(inner):
    if subject.name not in SUBJECTS:
      found.append(subject)
    else:
      found += [e for e in scan.folders(subject) if e.name not in FOLDERS]
  return found


def _images(sequence: Path, root: Path) -> tuple[Path, ...]:
  """The images of a sequence, numbered from 000 without a gap."""
  images = {}
  for entry in scan.entries(sequence):
    name = _IMAGE.fullmatch(entry.name)
    if not name:
      raise InputError(f'{entry}: not named like an image of Oulu-CASIA; take it away')
    if scan.leaves(entry, root):
      raise InputError(f'{entry}: a link that leads out of {root}; copy the file')
    if int(name[1]) in images:
      raise InputError(f'{entry}: its number is also that of {images[int(name[1])]}')
    images[int(name[1])] = entry
  numbers = sorted(images)
  if not numbers:
    raise InputError(f'{sequence}: no images; copy it again from its source')
  missing = numbers[-1] + 1 - len(numbers)
  if missing:
    raise InputError(
      f'{sequence}: {missing} images are missing before {images[numbers[-1]].name}; '
      'copy it again from its source'
    )
  return tuple(images[number] for number in numbers)
