"""Unusual videos: odd headers, seams, several tracks, odd pixels."""

import struct
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from av.stream import Disposition
from fakes.films import assert_levels, write_video

from stc_jax.datasets.recorded import quality_report
from stc_jax.errors import InputError
from stc_jax.faces import videos
from stc_jax.faces.alignment import Alignment, aligned_clip
from stc_jax.faces.recording import Recording

# Healthy, though the last packet ends before the header says.
SHORT = {
  'a.wmv': {'codec': 'mpeg4', 'sound': ('libmp3lame', 44100)},
  'a.mkv': {'codec': 'mpeg4', 'sound': ('aac', 8000)},
  'b.mkv': {'codec': 'mpeg4', 'sound': ('libmp3lame', 16000)},
  'c.mkv': {'codec': 'mpeg4', 'sound': ('libmp3lame', 44100), 'fps': 60},
  'a.flv': {'codec': 'flv'},
}
CUT = {
  'a.mp4': {'codec': 'mpeg4', 'options': {'movflags': 'faststart'}},
  'a.avi': {'codec': 'mpeg4'},
  'a.mkv': {'codec': 'mpeg4'},
  'a.flv': {'codec': 'flv'},
}


def frames_of(video):
  return np.stack(list(video.frames()))


def packets_of(path):
  with av.open(str(path)) as container:
    return [(p.pos, p.size) for p in container.demux(video=0) if p.size]


@pytest.mark.parametrize('name', SHORT)
def test_a_header_that_is_off_makes_no_file_damaged(tmp_path, name):
  path = write_video(tmp_path / name, count=50, **SHORT[name])
  read, _ = videos.read_video(path)
  capture = cv2.VideoCapture(str(path))
  assert len(read) == sum(iter(lambda: capture.read()[0], False)) == 50


def test_a_browser_s_duration_is_a_note(tmp_path):
  path = write_video(tmp_path / 'a.webm', 'libvpx')
  data = path.read_bytes()
  assert data.count(b'\x44\x89\x88') == 1  # Duration, a double of milliseconds
  at = data.index(b'\x44\x89\x88') + 3
  path.write_bytes(data[:at] + struct.pack('>d', 480 + 120) + data[at + 8 :])
  video = videos.Video(path)
  assert_levels(frames_of(video), range(12))
  (note,) = video.notes
  assert 'lasts 0.60 s; picture and sound end 0.12 s before' in note


@pytest.mark.parametrize('name', CUT)
def test_a_file_that_is_cut_is_refused_or_read_in_part(tmp_path, name):
  path = write_video(tmp_path / name, count=157, **CUT[name])
  at, size = packets_of(path)[110]
  path.write_bytes(path.read_bytes()[: at + size // 2])
  with pytest.raises(InputError, match=rf'{name}: cut short: 110 of 157 frames are wh'):
    videos.read_video(path)
  part = videos.Video(path, in_part=True)
  assert_levels(frames_of(part), range(110))
  (note,) = part.notes
  assert note == 'cut short: 110 of 157 frames are whole; the rest is left out'


@pytest.mark.parametrize('name', ['a.mkv', 'a.wmv', 'a.flv'])
def test_a_cut_of_a_few_frames_is_no_header_that_is_off(tmp_path, name):
  """Wherever the cut is: in the picture, in the sound, or between."""
  codec = 'flv' if name == 'a.flv' else 'mpeg4'
  path = write_video(tmp_path / name, codec, count=50, sound=('libmp3lame', 44100))
  data = path.read_bytes()
  assert len(videos.read_video(path)[0]) == 50
  for share in np.linspace(0.4, 0.95, 20):
    path.write_bytes(data[: int(share * len(data))])
    try:
      assert len(videos.read_video(path)[0]) == 50
    except InputError:
      continue


def test_of_a_damaged_file_the_frames_before_are_read(tmp_path):
  path = write_video(tmp_path / 'a.mp4', 'mjpeg', pixels='yuvj420p')
  at, size = packets_of(path)[5]
  data = bytearray(path.read_bytes())
  data[at : at + size] = bytes(size)
  path.write_bytes(data)
  part = videos.Video(path, in_part=True)
  assert_levels(frames_of(part), range(5))
  assert part.notes == (
    'damaged: frame 6 of 12 cannot be decoded; the rest is left out',
  )


def test_what_a_broadcast_lost_is_no_seam(tmp_path):
  path = write_video(tmp_path / 'a.ts', 'libx264')
  data, (at, _) = path.read_bytes(), packets_of(path)[8]
  path.write_bytes(data[:at] + data[at + 188 :])
  part = videos.Video(path, in_part=True)
  frames = frames_of(part)
  assert 4 < len(frames) <= 8
  assert_levels(frames, range(len(frames)))
  with pytest.raises(InputError, match=rf'a\.ts: cut short: {len(frames)} frames are'):
    videos.read_video(path)


@pytest.mark.parametrize(
  ('ending', 'codec'),
  [('ts', 'libx264'), ('ts', 'mpeg2video'), ('vob', 'mpeg2video'), ('mkv', 'mpeg4')],
)
def test_recordings_put_together_are_shown_one_after_the_other(tmp_path, ending, codec):
  first = write_video(tmp_path / f'a.{ending}', codec, count=16, b_frames=2)
  second = write_video(tmp_path / f'b.{ending}', codec, count=15, b_frames=2)
  both = tmp_path / f'both.{ending}'
  both.write_bytes(first.read_bytes() + second.read_bytes())
  video = videos.Video(both)
  assert (video.fps, video.count) == (pytest.approx(25), 31)
  assert_levels(frames_of(video), range(31))
  assert 'starts anew once' in video.notes[0]
  clip = aligned_clip(Recording((both,)), Alignment(align='none'), lambda: None)
  action = quality_report.kept('both', clip.quality).action
  assert action == f'kept: {video.notes[0]}'


def test_a_recording_that_begins_between_key_frames(tmp_path):
  path = write_video(tmp_path / 'a.ts', 'mpeg2video', count=30)  # one in 12 is
  data = path.read_bytes()
  path.write_bytes(data[188 * (len(data) // 188 // 5) :])
  read, _ = videos.read_video(path)
  assert_levels(read, range(12, 30))


def test_a_bare_stream_says_what_to_do(tmp_path):
  path = write_video(tmp_path / 'a.h264', 'libx264')
  with pytest.raises(InputError, match=r'a bare stream.*ffmpeg .* -i a\.h264 -c copy'):
    videos.read_video(path)


@pytest.mark.parametrize(
  ('aspect', 'shape'),
  [
    ('64/45', (48, 91)),
    ('8/9', (54, 64)),
    ('1280/1281', (48, 64)),
    ('99/10', (48, 64)),
  ],
)
def test_pixels_are_made_square(tmp_path, aspect, shape):
  path = tmp_path / 'pal.mkv'
  write_video(path, 'mpeg4', aspect=Fraction(aspect))
  video = videos.Video(path)
  frames = frames_of(video)
  assert frames.shape[1:3] == shape
  assert_levels(frames, range(12))
  assert [note.split(';')[0] for note in video.notes] == (
    ['the file says that its pixels are 9.9 times as wide as high']
    if aspect == '99/10'
    else []
  )


def write_tracks(path, tracks):
  """Writes gray tracks side by side: their sizes, dispositions and levels."""
  with av.open(str(path), 'w') as container:
    streams = []
    for size, disposition, _ in tracks:
      stream = container.add_stream('mjpeg', rate=25)
      stream.height, stream.width, stream.pix_fmt = *size, 'yuvj420p'
      stream.disposition = disposition
      streams.append(stream)
    for stream, (size, disposition, level) in zip(streams, tracks, strict=True):
      once = disposition == Disposition.attached_pic
      for number in range(1 if once else 5):
        gray = np.full((*size, 3), level, np.uint8)
        frame = av.VideoFrame.from_ndarray(gray, format='rgb24')
        frame.pts, frame.time_base = number, Fraction(1, 25)
        container.mux(stream.encode(frame))
      container.mux(stream.encode())
  return path


@pytest.mark.parametrize(
  'tracks',
  [
    [((96, 96), 0, 50), ((32, 48), Disposition.default, 200)],
    [((32, 48), 0, 50), ((64, 64), 0, 200), ((48, 48), 0, 90)],
  ],
)
def test_of_several_tracks_the_default_or_the_largest_is_read(tmp_path, tracks):
  read, _ = videos.read_video(write_tracks(tmp_path / 'a.mkv', tracks))
  assert len(read) == 5
  np.testing.assert_allclose(read, 200, atol=2)


def test_a_cover_is_no_video(tmp_path):
  tracks = [
    ((32, 48), Disposition.default, 200),
    ((64, 64), Disposition.attached_pic, 9),
  ]
  path = write_tracks(tmp_path / 'a.mp4', tracks)
  data = path.read_bytes()
  at = data.index(b'moov') - 4
  boxes = list(boxes_of(data[at + 8 :]))
  boxes.sort(key=lambda box: box[4:8] != b'udta')  # the cover's first
  path.write_bytes(data[: at + 8] + b''.join(boxes))
  with av.open(str(path)) as container:
    assert container.streams.video[0].disposition & Disposition.attached_pic
  read, _ = videos.read_video(path)
  assert len(read) == 5
  np.testing.assert_allclose(read, 200, atol=2)


def boxes_of(data):
  at = 0
  while at < len(data):
    size = int.from_bytes(data[at : at + 4])
    yield data[at : at + size]
    at += size
