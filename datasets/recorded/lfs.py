"""Recognises the pointers of Git LFS: small text files in place of large files.

A clone made without Git LFS holds them, and so does a repository downloaded as a zip.
"""

from collections.abc import Sequence
from pathlib import Path

_BEGINNING = b'version https://git-lfs'
_MOST_BYTES = 1024  # of a pointer, by the specification of Git LFS


def is_pointer(path: Path) -> bool:
  """Whether a file is a pointer; False if it can't be read."""
  try:
    if path.stat().st_size > _MOST_BYTES:
      return False
    with path.open('rb') as file:
      return file.read(len(_BEGINNING)) == _BEGINNING
  except OSError:
    return False


def message(pointers: Sequence[Path], size: str = '') -> str:
  """A line for an InputError: names the first pointer, counts them, says the remedy.

  Args:
    pointers: the files that are pointers, at least one.
    size: how much the remedy downloads; '': unknown.
  """
  others = len(pointers) - 1
  counted = f', and so are {others} other files' if others else ''
  return (
    f'{pointers[0]}: a pointer of Git LFS, not the file itself{counted}; run `git lfs '
    f'install && git lfs pull` in a clone of the repository'
    f'{f" ({size})" if size else ""}'
  )
