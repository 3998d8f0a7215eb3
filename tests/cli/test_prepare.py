"""The command line of `stc_jax.prepare`."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
from command import fails, succeeds

from stc_jax.data import catalogue, preparation
from stc_jax.errors import InputError
from stc_jax.faces import alignment

PREPARE = ('stc_jax.prepare', '--dataset=clip_folder')


def write_clip(folder, count=3):
  folder.mkdir(parents=True)
  for i in range(count):
    image = np.full((48, 48), 50 * i, np.uint8)
    image[0, :] = sum(map(ord, folder.name)) % 256  # clips differ
    assert cv2.imwrite(str(folder / f'{i}.png'), image)
  return folder


@pytest.fixture
def clips(tmp_path):
  for clip in ('joy/anna_1', 'joy/ben_1', 'awe/anna_2'):
    write_clip(tmp_path / 'clips' / clip)
  return tmp_path / 'clips'


@pytest.fixture
def data_dir(tmp_path):
  return tmp_path / 'data'


@pytest.fixture
def flags(clips, data_dir):
  return [f'--manual_dir={clips}', f'--data_dir={data_dir}']


def test_prepares_says_what_is_there_and_rests_the_second_time(flags, data_dir):
  said = succeeds(*PREPARE, *flags)
  folder = data_dir / 'clip_folder' / 'default' / '1.1.0'
  first, second, said = said.split('\n', maxsplit=2)
  assert first == f'preparing {folder}'
  assert second.startswith('9 frames in ')
  assert second.endswith('see preparation_report.csv and contact_sheet.png there')
  assert said.splitlines() == [
    f'clip_folder/default/1.1.0 is in {folder}',
    'data: 3 clips, 2 subjects, 2 classes (awe 1, joy 2)',
    'next: python -m stc_jax.main --config=launch/clip_folder.py '
    f'--config.execution.data_dir={data_dir}',
  ]
  made = (folder / 'dataset_info.json').stat().st_mtime_ns
  again = succeeds(*PREPARE, *flags)
  assert again == f'{folder} is already prepared; --overwrite makes it again\n' + said
  assert (folder / 'dataset_info.json').stat().st_mtime_ns == made


def test_bad_clips_are_named_and_leave_nothing_behind(flags, clips, data_dir):
  whole = (clips / 'joy/anna_1/1.png').read_bytes()
  bad = clips / 'joy' / 'anna_1' / '1.png'
  for data in (b'', whole[: len(whole) // 2], b'not a picture'):
    bad.write_bytes(data)
    fails(*PREPARE, *flags, naming=str(bad))
  bad.write_bytes(whole)
  video = clips / 'awe' / 'ben_2.avi'
  codec = cv2.VideoWriter_fourcc(*'MJPG')
  writer = cv2.VideoWriter(str(video), codec, 30.0, (64, 48))
  for frame in np.random.default_rng(0).integers(0, 255, (10, 48, 64, 3), np.uint8):
    writer.write(frame)
  writer.release()
  video.write_bytes(video.read_bytes()[: video.stat().st_size * 2 // 3])
  fails(*PREPARE, *flags, naming=(str(video), 'cut short', 'of 10 frames'))
  with pytest.raises(InputError, match='is not prepared'):
    catalogue.prepared_builder('clip_folder', '', str(data_dir))
  assert not list(data_dir.rglob('1.1.0*'))


def test_bad_folders_are_named(tmp_path, clips, data_dir):
  where = f'--data_dir={data_dir}'
  fails(*PREPARE, where, naming=('--manual_dir', '<subject>_<clip>'))
  gone = tmp_path / 'gone'
  fails(*PREPARE, where, f'--manual_dir={gone}', naming=(str(gone), '<subject>_<clip>'))
  empty = tmp_path / 'empty'
  empty.mkdir()
  fails(*PREPARE, where, f'--manual_dir={empty}', naming=str(empty))
  (clips / 'joy' / 'ben_7').mkdir()
  write_clip(clips / 'joy' / 'carl')
  message = fails(*PREPARE, where, f'--manual_dir={clips}', naming='joy/ben_7 is empty')
  assert 'joy/carl is not named' in message


def test_the_options_of_a_dataset_are_its_flags():
  said = succeeds('stc_jax.prepare', '--dataset=mmi', '--help')
  for flag in ('--dataset', '--align', '--[no]allow_partial', '--sessions_file'):
    assert f'\n  {flag}:' in said
  assert '--test_dir' not in said
  fails(
    'stc_jax.prepare', '--dataset=ck_plus', '--sessions_file=a', naming='sessions_f'
  )
  fails('stc_jax.prepare', '--dataset=mmi', '--align=some', naming=('align', 'mtcnn'))
  uncut = ('--dataset=mmi', '--align=none', '--roll=level')
  fails('stc_jax.prepare', *uncut, naming=('--roll', '--align=mtcnn'))


def test_bad_flags_are_named(tmp_path, flags):
  fails('stc_jax.prepare', naming='dataset')
  fails('stc_jax.prepare', '--dataset', naming='dataset')
  fails('stc_jax.prepare', '--dataset=nil', naming=("'nil'", 'clip_folder'))
  fails(*PREPARE, *flags, '--builder_config=../up', naming='../up')
  (tmp_path / 'file').write_text('in the way')
  below = tmp_path / 'file' / 'data'
  fails(
    *PREPARE, flags[0], f'--data_dir={below}', naming=(str(tmp_path / 'file'), 'data')
  )


def test_a_damaged_dataset_is_refused_then_made_again(flags, data_dir):
  succeeds(*PREPARE, *flags)
  folder = data_dir / 'clip_folder' / 'default' / '1.1.0'
  (record,) = folder.glob('*.array_record*')
  for path in (record, folder / 'dataset_info.json', folder / 'label.labels.txt'):
    whole = path.read_bytes()
    for data in (whole[: len(whole) // 2] if path == record else b'{', b'', None):
      path.unlink() if data is None else path.write_bytes(data)
      if path.name == 'label.labels.txt' and data == b'{':
        continue  # a name like any other
      with pytest.raises(InputError) as caught:
        catalogue.prepared_builder('clip_folder', '', str(data_dir))
      for words in (str(folder), '--overwrite', f'--data_dir={data_dir}'):
        assert words in str(caught.value)
      assert '\n' not in str(caught.value)
    path.write_bytes(whole)
  record.write_bytes(b'')
  fails(*PREPARE, *flags, naming=(str(folder), '--overwrite'))
  assert '3 clips' in succeeds(*PREPARE, *flags, '--overwrite')
  catalogue.prepared_builder('clip_folder', '', str(data_dir))


def test_a_failed_overwrite_keeps_the_old_dataset(clips, data_dir):
  preparation.prepare('clip_folder', '', str(data_dir), str(clips))
  (clips / 'joy' / 'anna_1' / '0.png').write_bytes(b'')
  with pytest.raises(InputError, match='an empty file'):
    preparation.prepare('clip_folder', '', str(data_dir), str(clips), overwrite=True)
  builder = catalogue.prepared_builder('clip_folder', '', str(data_dir))
  assert builder.info.splits['data'].num_examples == 3


def test_the_old_dataset_is_found_while_the_new_one_is_made(
  clips, data_dir, monkeypatch
):
  preparation.prepare('clip_folder', '', str(data_dir), str(clips))
  work, found = alignment.aligned_clip, []

  def looks_meanwhile(*args):
    builder = catalogue.prepared_builder('clip_folder', '', str(data_dir))
    found.append(builder.info.splits['data'].num_examples)
    return work(*args)

  monkeypatch.setattr(alignment, 'aligned_clip', looks_meanwhile)
  write_clip(clips / 'fear' / 'dora_1')
  builder = preparation.prepare(
    'clip_folder', '', str(data_dir), str(clips), overwrite=True
  )
  assert (found, builder.info.splits['data'].num_examples) == ([3] * 4, 4)


def test_of_two_preparations_of_one_set_the_second_waits(flags, data_dir):
  command = [sys.executable, '-m', *PREPARE, *flags]
  both = [
    subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(2)
  ]
  said = [process.communicate(timeout=120) for process in both]
  assert [process.returncode for process in both] == [0, 0]
  assert sum(out.count('preparing ') for out, _ in said) == 1
  assert all('3 clips' in out and not err for out, err in said)


def test_an_interrupted_run_leaves_nothing_that_looks_whole(
  clips, data_dir, monkeypatch
):
  """The interrupt comes while the second clip is read, and one is written."""
  work, begun = alignment.aligned_clip, []

  def interrupts(*args):
    begun.append(list(data_dir.rglob('*incomplete*')))
    if len(begun) == 2:
      raise KeyboardInterrupt
    return work(*args)

  monkeypatch.setattr(alignment, 'aligned_clip', interrupts)
  with pytest.raises(KeyboardInterrupt):
    preparation.prepare('clip_folder', '', str(data_dir), str(clips))
  assert begun[1]
  with pytest.raises(InputError, match='is not prepared'):
    catalogue.prepared_builder('clip_folder', '', str(data_dir))
  assert not list(data_dir.rglob('1.1.0*'))


def test_overwriting_takes_new_labels(clips, data_dir):
  preparation.prepare('clip_folder', '', str(data_dir), str(clips))
  write_clip(clips / 'fear' / 'dora_1')
  builder = preparation.prepare(
    'clip_folder', '', str(data_dir), str(clips), overwrite=True
  )
  assert builder.info.features['label'].names == ['awe', 'fear', 'joy']
  found = (data_dir / 'clip_folder/default').iterdir()
  assert [p.name for p in found if p.name != '.lock'] == ['1.1.0']


def test_another_folder_does_not_pass_for_the_first(clips, data_dir, tmp_path):
  preparation.prepare('clip_folder', '', str(data_dir), str(clips))
  other = tmp_path / 'other'
  write_clip(other / 'joy' / 's_1')
  with pytest.raises(InputError, match=r'was prepared from .*clips, not from .*other'):
    preparation.prepare('clip_folder', '', str(data_dir), str(other))
