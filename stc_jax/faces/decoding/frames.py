"""Decodes the frames of a video up to the first damaged one."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from jaxtyping import Int, UInt8

from stc_jax.errors import InputError
from stc_jax.faces.decoding import container as containers
from stc_jax.faces.decoding import orientation


def decoded(
  path: Path, pts: Int[np.ndarray, 'n']
) -> Iterator[tuple[int, UInt8[np.ndarray, 'h w 3']] | None]:
  """Yields each decodable frame with its number; at the first damage None, and ends.

  Frames may be missing without damage: those before the first key frame, and those that
  a decoder withholds, such as the second of two fields.

  Args:
    path: the video.
    pts: the times of its frames, `timestamps.Timeline.pts`.

  Raises:
    InputError: as `containers.opened`; or the frames differ in size; or the rotation
      isn't a multiple of 90 degrees.
  """
  number, shape, rotation, matrix = -1, None, None, None
  with containers.opened(path) as (container, video):
    aspect = orientation.aspect_of(video) or Fraction(1)
    for frame in _frames(container, video):
      if frame is None:
        yield None
        return
      number = _number(pts, number + 1, frame.pts)
      if number == len(pts):
        return
      if frame.rotation != rotation:  # usually only at the first frame
        rotation, matrix = frame.rotation, orientation.matrix_of(frame)
      try:
        picture = orientation.picture(frame, aspect, matrix)
      except InputError as error:
        raise InputError(f'{path}: {error}') from error
      shape = shape or picture.shape
      if picture.shape != shape:
        raise InputError(f'{path}: its frames differ in size; encode it again in one')
      yield number, picture


def _number(pts: Int[np.ndarray, 'n'], least: int, own: int | None) -> int:
  """The number of a frame by its time, or the next number where it has none."""
  if own is None or (least < len(pts) and pts[least] == own):
    return least
  ahead = np.flatnonzero(pts[least:] == own)
  return least + (int(ahead[0]) if len(ahead) else 0)


def _frames(
  container: av.container.InputContainer, video: av.VideoStream
) -> Iterator[av.VideoFrame | None]:
  """Yields frames up to the first damaged one, and None in its place."""
  started = False  # frames before the first key frame can't be decoded
  for packet in containers.whole_packets(container, video, alone=True):
    started = started or packet is None or packet.is_keyframe
    frames, whole = _decode(video, packet)
    if started and not whole and packet is not None:
      frames = _decode(video, None)[0]  # the frames that the decoder still holds
    for frame in frames:
      if not frame.is_corrupt:
        yield frame
      elif started:
        yield None
        return
    if started and not whole:
      yield None
      return


def _decode(
  video: av.VideoStream, packet: av.Packet | None
) -> tuple[list[av.VideoFrame], bool]:
  """The frames that a packet completes (None: all pending ones); is it undamaged?"""
  try:
    return video.decode(packet), packet is not None
  except av.FFmpegError as error:
    if not containers.blames_video(error):
      raise
    return [], False
