"""An annotated video keeps the sound of its source, or reports what is missing."""

import av
import numpy as np
import pytest
from fakes import videos

from stc_jax.predict.render import mp4

SECONDS, FPS = 2, 25


def repeated_dts(path):
  """Says that the sound of an AVI has samples of 600 bytes: two packets, one time."""
  data = path.read_bytes()
  sample_size = data.index(b'strh', data.index(b'strh') + 4) + 8 + 44
  assert data[sample_size - 44 :][:4] == b'auds'
  size = (600).to_bytes(4, 'little')
  path.write_bytes(data[:sample_size] + size + data[sample_size + 4 :])


def unknown_codec(path):
  data = path.read_bytes()
  path.write_bytes(data.replace(b'ac-3', b'zzzz').replace(b'dac3', b'free'))


def damaged(share):
  def damage(path):
    data = bytearray(path.read_bytes())
    at = [i for i in range(len(data) - 1) if data[i : i + 2] == b'\x0b\x77']  # AC-3's
    for number, frame in enumerate(at):
      if number % 10 < 10 * share:
        data[frame : frame + 60] = bytes(60)
    path.write_bytes(data)

  return damage


@pytest.fixture
def pictures(tmp_path):
  frames = videos.nodding(SECONDS * FPS)
  path = tmp_path / 'made.mp4'
  mp4.write(path, frames, (48, 48), float(FPS))
  return path


def heard(path):
  """The tone's frequency in Hz and how long it is there, in seconds; None: no sound."""
  with av.open(str(path)) as container:
    assert sum(1 for _ in container.decode(video=0)) == SECONDS * FPS
  with av.open(str(path)) as container:
    if not container.streams.audio:
      return None
    rate = container.streams.audio[0].rate
    wave = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
  loud = np.abs(wave) > 0.02
  spectrum = np.abs(np.fft.rfft(wave))
  return float(spectrum.argmax() * rate / len(wave)), float(loud.sum() / rate)


@pytest.mark.parametrize(
  ('name', 'codec', 'rate', 'damage', 'note'),
  [
    ('a.mp4', 'aac', 44_100, None, ''),
    ('flac.mkv', 'flac', 48_000, None, ''),
    ('fast.mkv', 'pcm_s16le', 192_000, None, ''),
    ('slow.mkv', 'pcm_s16le', 4_000, None, ''),
    ('repeated.avi', 'aac', 44_100, repeated_dts, ''),
    ('some.mkv', 'ac3', 48_000, damaged(0.3), 'damaged parts of the sound are left'),
  ],
)
def test_a_sound_is_kept(name, codec, rate, damage, note, pictures, tmp_path):
  frames = videos.nodding(SECONDS * FPS)
  path = videos.write(tmp_path / name, frames, tone=codec, rate=rate)
  if damage:
    damage(path)
  assert mp4.add_sound(pictures, path).startswith(note)
  frequency, seconds = heard(pictures)
  assert frequency == pytest.approx(440, rel=0.01)
  assert seconds == pytest.approx(SECONDS, rel=0.1 if not note else 0.5)


@pytest.mark.parametrize(
  ('name', 'codec', 'damage', 'why'),
  [
    ('unknown.mp4', 'ac3', unknown_codec, 'its codec is unknown'),
    ('all.mkv', 'ac3', damaged(1), 'damaged'),
  ],
)
def test_what_is_no_sound_is_left_out_with_a_word(
  name, codec, damage, why, pictures, tmp_path
):
  frames = videos.nodding(SECONDS * FPS)
  path = videos.write(tmp_path / name, frames, tone=codec)
  damage(path)
  said = mp4.add_sound(pictures, path)
  assert said.startswith('the sound is left out (')
  assert why in said
  assert heard(pictures) is None
  assert sorted(p.name for p in tmp_path.iterdir()) == sorted(['made.mp4', name])
