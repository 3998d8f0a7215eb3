"""300 random corruptions of the databases: each is reported as bad input."""

import re
import resource
import shutil
import struct
import time
import zlib

import numpy as np
import pytest
from fakes import ck_plus, faces, mmi, oulu_casia

from stc_jax.data import preparation
from stc_jax.errors import InputError

COUNT = 100  # of each database
UNUSED = ',"?(refused|passed over): '


def write_ck_plus(root):
  for number in range(2):
    gray = faces.moving_face(4, 48, 64, number)[..., 0]
    ck_plus.write_sequence(root, f'S{10 + number:03d}', '001', gray, 'fear')
    ck_plus.write_sequence(root, f'S{10 + number:03d}', '002', gray, 'anger')


def write_oulu_casia(root):
  for number in range(2):
    for emotion in oulu_casia.EMOTIONS[:2]:
      frames = faces.moving_face(4, 48, 64, number)
      oulu_casia.write_sequence(root, f'P{number + 1:03d}', emotion, frames)


def write_mmi(root):
  for number in range(4):
    frames = faces.moving_face(4, 48, 64, number)
    mmi.write_session(root, number + 1, f'S053-{number:03d}', frames, number + 1)


WRITE = {'ck_plus': write_ck_plus, 'oulu_casia': write_oulu_casia, 'mmi': write_mmi}


def truncated(path, rng, outside):
  data = path.read_bytes()
  path.write_bytes(data[: rng.integers(1, max(2, len(data)))])


def empty(path, rng, outside):
  path.write_bytes(b'')


def renamed(path, rng, outside):
  path.rename(path.with_name(f'{rng.integers(10**6)}{path.suffix}'))


def of_another_type(path, rng, outside):
  path.write_bytes(rng.integers(0, 256, 400, np.uint8).tobytes())


def nested(path, rng, outside):
  data = path.read_bytes()
  path.unlink()
  path.mkdir()
  (path / path.name).write_bytes(data)


def flipped(path, rng, outside):
  data = bytearray(path.read_bytes())
  for at in rng.integers(0, len(data), 8):
    data[at] ^= int(rng.integers(1, 256))
  path.write_bytes(data)


def huge(path, rng, outside):
  """A PNG that declares 60,000 x 60,000 pixels, whatever the name."""
  header = struct.pack('>IIBBBBB', 60_000, 60_000, 8, 2, 0, 0, 0)
  chunks = [(b'IHDR', header), (b'IDAT', zlib.compress(b'\0' * 9)), (b'IEND', b'')]
  data = b'\x89PNG\r\n\x1a\n'
  for kind, content in chunks:
    checked = struct.pack('>I', zlib.crc32(kind + content))
    data += struct.pack('>I', len(content)) + kind + content + checked
  path.write_bytes(data)


def linked_away(path, rng, outside):
  target = outside / path.name
  shutil.copy(path, target)
  path.unlink()
  path.symlink_to(target)


def looped(path, rng, outside):
  path.unlink()
  path.symlink_to(path)


def removed(path, rng, outside):
  path.unlink()


KINDS = (
  truncated,
  empty,
  renamed,
  of_another_type,
  nested,
  flipped,
  huge,
  linked_away,
  looped,
  removed,
)
# What may go unnoticed: a byte in a video's padding, another digit in a label, say.
QUIET = (flipped, removed, renamed)


def name_of(name, path):
  """How the report calls the clip that a file belongs to."""
  if name == 'mmi':
    return path.parts[-2]
  return f'{path.parts[-3]}_{path.parts[-2]}'


@pytest.mark.parametrize('name', WRITE)
def test_every_corruption_is_named(name, tmp_path, capfd):
  before = peak_memory()
  whole, root, outside = (tmp_path / part for part in ('whole', 'raw', 'outside'))
  WRITE[name](whole)
  outside.mkdir()
  files = sorted(path.relative_to(whole) for path in whole.rglob('*') if path.is_file())
  for number in range(COUNT):
    rng = np.random.default_rng(number)
    kind = KINDS[number % len(KINDS)]
    shutil.copytree(whole, root)
    path = files[rng.integers(len(files))]
    kind(root / path, rng, outside)
    start = time.monotonic()
    told = _prepare(name, root, tmp_path / 'data')
    assert time.monotonic() - start < 20, (kind, path)
    assert '\n' not in told
    (report,) = [p.read_text() for p in (tmp_path / 'data').rglob('*.csv')] or ['']
    # AU files aren't read, half a label may still be one, a video may lose its index.
    still_whole = kind is truncated and path.suffix in ('.txt', '.avi')
    harmless = still_whole or 'oao_aucs' in path.name
    if kind not in QUIET and not harmless:
      unused = [line for line in report.splitlines() if re.search(UNUSED, line)]
      clip = name_of(name, path)
      assert any(re.match(f'{clip}[,_]', line) for line in unused), (kind, path, report)
    shutil.rmtree(root)
    shutil.rmtree(tmp_path / 'data', ignore_errors=True)
  # Other tests of this process may have taken much; no file makes it much more.
  assert peak_memory() < before + 2e9
  lines = capfd.readouterr().err.splitlines()
  assert all(line.startswith('Corrupt JPEG data') for line in lines)  # libjpeg's own


def peak_memory() -> int:
  """Bytes that this process ever had."""
  return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _prepare(name, root, data_dir) -> str:
  """What is said of a copy that isn't taken; '' of one that is."""
  options = {'align': 'none', 'allow_partial': True, 'workers': 1}
  try:
    preparation.prepare(name, '', str(data_dir), str(root), True, options)
  except InputError as error:
    return str(error)
  return ''
