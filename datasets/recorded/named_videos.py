"""Sorts the videos of a database whose complete list of clips is known by name."""

import collections
import dataclasses
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from stc_jax.datasets.recorded import lfs, scan
from stc_jax.datasets.recorded.align_clips import RawClip
from stc_jax.errors import InputError
from stc_jax.faces.recording import Recording


@dataclasses.dataclass(frozen=True)
class NamedVideos:
  """The videos of a folder by the names of their clips.

  Attributes:
    found: the files of each clip that is there; several are repeats.
    pointers: of each other clip, a pointer of Git LFS in its place.
    passed_over: files that aren't taken because a better one of the same clip is there,
      and which.
  """

  found: Mapping[str, list[Path]]
  pointers: Mapping[str, Path]
  passed_over: list[tuple[str, str]]

  def check_not_empty(self, nothing: str, size: str = '') -> None:
    """Checks that at least one video is there.

    Args:
      nothing: the line where there is no video and no pointer.
      size: how much Git LFS downloads; see `lfs.message`.

    Raises:
      InputError: none is there.
    """
    if not self.found:
      pointers = list(self.pointers.values())
      raise InputError(lfs.message(pointers, size) if pointers else nothing)

  def gaps(self, files: Mapping[str, str], size: str = '') -> list[str]:
    """What is missing of the complete database: pointers first, then other files.

    Args:
      files: the complete database: the file of each clip.
      size: as for `check_not_empty`.
    """
    pointers = [self.pointers[name] for name in files if name in self.pointers]
    there = self.found.keys() | self.pointers.keys()
    return [
      *([lfs.message(pointers, size)] if pointers else []),
      *(f'{path.name} is a pointer of Git LFS' for path in pointers[1:]),
      *(f'{file} is missing' for name, file in files.items() if name not in there),
    ]

  def clips(
    self,
    root: Path,
    label_of: Callable[[str], str],
    subject_of: Callable[[str], str],
  ) -> tuple[list[RawClip], list[tuple[str, str]]]:
    """The clips in the order of their names, and those that are links out of `root`.

    Args:
      root: the database's folder.
      label_of: returns the label of a clip's name.
      subject_of: returns the subject of a clip's name.
    """
    clips, bad = [], []
    for name in sorted(self.found):
      for path in self.found[name]:
        if scan.leaves(path, root):
          bad.append((name, f'{path}: a link that leads out of {root}; copy the file'))
        else:
          recording = Recording((path,))
          clips.append(RawClip(name, label_of(name), subject_of(name), recording))
    return clips, bad


def by_name(
  videos: Iterable[tuple[str, Path]], rank: Callable[[Path], int]
) -> NamedVideos:
  """Sorts videos by the names of their clips.

  Args:
    videos: the name of the clip and the file.
    rank: of the files of one clip, those of the lowest rank are taken.
  """
  files, pointers = collections.defaultdict(list), {}
  for name, path in videos:
    if lfs.is_pointer(path):
      pointers.setdefault(name, path)
    else:
      files[name].append(path)
  found, passed_over = {}, []
  for name, paths in files.items():
    best = min(map(rank, paths))
    found[name] = [path for path in paths if rank(path) == best]
    reason = f'{found[name][0].name}, the same clip, is taken'
    passed_over += [(path.name, reason) for path in paths if rank(path) > best]
  lacking = {name: pointers[name] for name in sorted(pointers) if name not in found}
  return NamedVideos(found, lacking, passed_over)
