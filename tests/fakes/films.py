"""Videos of known frames, in the forms that cameras and programs write."""

from fractions import Fraction

import av
import numpy as np


def noise(*shape):
  return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def write_video(
  path,
  codec,
  count=12,
  pixels='yuv420p',
  options=None,
  shown=None,
  size=(48, 64),
  b_frames=0,
  title='',
  sound=None,
  fps=25,
  aspect=None,
):
  """Writes frames of mean level 60 + 10 * i, noisy so that each takes many bytes.

  Levels start anew after 16 frames. Sound is a codec and its rate in Hz.
  """
  tick = Fraction(1, 1000) if shown else Fraction(1, fps)
  with av.open(str(path), 'w', options=options or {}) as container:
    container.metadata['title'] = title
    stream = container.add_stream(codec, rate=1000 if shown else fps)
    stream.height, stream.width, stream.pix_fmt = *size, pixels
    stream.codec_context.time_base = tick
    if b_frames:
      stream.codec_context.max_b_frames = b_frames
    if aspect:
      stream.codec_context.sample_aspect_ratio = aspect
    heard = container.add_stream(sound[0], rate=sound[1], layout='mono') if sound else 0
    for number in range(count):
      level = noise(*size, 3) // 3 + np.uint8(10 * (number % 16) + 60 - 42)
      frame = av.VideoFrame.from_ndarray(level, format='rgb24')
      frame.pts, frame.time_base = (shown[number] if shown else number), tick
      container.mux(stream.encode(frame))
    container.mux(stream.encode())
    if heard:
      silence = np.zeros((1, sound[1] * count // fps), np.int16)
      block = av.AudioFrame.from_ndarray(silence, format='s16', layout='mono')
      block.sample_rate, block.pts = sound[1], 0
      container.mux(heard.encode(block))
      container.mux(heard.encode())
  return path


def assert_levels(frames, numbers):
  levels = 60 + 10 * (np.asarray(numbers) % 16)
  np.testing.assert_allclose(frames.mean(axis=(1, 2, 3)), levels, atol=8)
