"""What systems leave in folders beside the user's own files."""

# In lower case. Windows, Macs' archives, network drives.
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
  """Whether a file or folder of this name is hidden, or a system's own."""
  return name.startswith('.') or name.lower() in _NAMES
