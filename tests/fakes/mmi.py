"""MMI: a session a folder, with XML files beside a video."""

from pathlib import Path

import cv2
import numpy as np

EMOTIONS = ('anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise')
_FPS = 25.0


def write_session(
  root: Path, number: int, name: str, frames: np.ndarray, emotion: int, view: int = 0
) -> Path:
  """Writes a session whose video shows `frames` as they are; returns its folder."""
  folder = _folder(root, number)
  video = folder / f'{name}.avi'
  height, width = frames.shape[1:3]
  codec = cv2.VideoWriter_fourcc(*'MJPG')
  writer = cv2.VideoWriter(str(video), codec, _FPS, (width, height))
  for frame in frames:
    writer.write(np.ascontiguousarray(frame[..., ::-1]))
  writer.release()
  (folder / 'session.xml').write_text(
    f'<?xml version="1.0"?>\n<session sessionId="{number}"><track type="video" '
    f'view="{view}" filename="{video.name}"><annotation filename="{name}.xml"/>'
    '</track></session>\n'
  )
  (folder / f'{name}.xml').write_text(
    '<?xml version="1.0"?>\n<annotation><Metatag Name="Age" Value="27"/>'
    f'<Metatag Name="Emotion" Value="{emotion}"/></annotation>\n'
  )
  (folder / f'{name}-oao_aucs.xml').write_text(
    '<?xml version="1.0"?>\n<annotation><ActionUnit Number="12"><Marker Frame="1" '
    'Type="0"/></ActionUnit></annotation>\n'
  )
  return folder


def write_stills(root: Path, number: int) -> None:
  """A session of pictures, which has no video."""
  folder = _folder(root, number)
  cv2.imwrite(str(folder / 'S030-001.png'), np.zeros((8, 8), np.uint8))
  (folder / 'session.xml').write_text(
    '<session><track type="image" view="0"/></session>'
  )


def sideways(frames: np.ndarray) -> np.ndarray:
  """As most subjects are stored: upright again when turned clockwise."""
  return np.ascontiguousarray(np.rot90(frames, axes=(1, 2)))


def dual(frames: np.ndarray, side: str) -> np.ndarray:
  """The frontal face on one half; a profile, here nothing, on the other."""
  other = np.full_like(frames, 60)
  return np.concatenate([frames, other] if side == 'left' else [other, frames], axis=2)


def _folder(root: Path, number: int) -> Path:
  name = 'mmi-facial-expression-database_download_2018-01-01'
  folder = root / name / 'Sessions' / str(number)
  folder.mkdir(parents=True)
  return folder
