"""Files and folders that operating systems add beside the user's own files."""

# In lower case: of Windows, macOS archives and network drives.
_NAMES = frozenset(
  {
    '__macosx',
    'desktop.ini',
    'ehthumbs.db',
    'ehthumbs_vista.db',
    'icon\r',
    'thumbs.db',
    '$recycle.bin',
    '@eadir',
    'lost+found',
    'system volume information',
  }
)


def is_clutter(name: str) -> bool:
  """Whether a file or folder of this name is hidden or added by a system."""
  return name.startswith('.') or name.lower() in _NAMES
