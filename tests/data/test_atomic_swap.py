import pathlib

import pytest

from stc_jax import locks
from stc_jax.data import atomic_swap


def make(folder, text):
  folder.mkdir(parents=True)
  (folder / 'records').write_text(text, encoding='utf-8')


def replace(root, folder):
  with atomic_swap.place(root, folder) as place:
    assert (folder / 'records').read_text(encoding='utf-8') == 'old'
    make(place / folder.relative_to(root), 'new')


def test_a_first_set_is_made_where_it_belongs(tmp_path):
  with atomic_swap.place(tmp_path, tmp_path / 'set/1.0.0') as place:
    assert place == tmp_path


def test_the_new_set_is_found_and_nothing_else_is_left(tmp_path):
  folder = tmp_path / 'set/1.0.0'
  make(folder, 'old')
  replace(tmp_path, folder)
  assert [path.name for path in folder.parent.iterdir()] == ['1.0.0']
  assert (folder / 'records').read_text(encoding='utf-8') == 'new'


def test_a_failure_leaves_the_old_set(tmp_path):
  folder = tmp_path / 'set/1.0.0'
  make(folder, 'old')
  with pytest.raises(KeyboardInterrupt), atomic_swap.place(tmp_path, folder):
    raise KeyboardInterrupt
  assert (folder / 'records').read_text(encoding='utf-8') == 'old'


@pytest.mark.parametrize('renames', [0, 1, 2])
def test_killed_at_any_moment_one_of_the_two_is_found(tmp_path, monkeypatch, renames):
  folder = tmp_path / 'set/1.0.0'
  make(folder, 'old')
  rename, done = pathlib.Path.rename, []

  def killed(path, target):
    if len(done) == renames:
      raise SystemExit
    done.append(path)
    return rename(path, target)

  def removed(path, ignore_errors=False):
    if not ignore_errors:
      raise SystemExit

  with monkeypatch.context() as patched:
    patched.setattr(pathlib.Path, 'rename', killed)
    patched.setattr('shutil.rmtree', removed)
    with pytest.raises(SystemExit):
      replace(tmp_path, folder)
  atomic_swap.recover_all(folder.parent)
  found = (folder / 'records').read_text(encoding='utf-8')
  assert found == ('new' if renames == 2 else 'old')
  assert not list(folder.parent.glob('*.replaced'))
  if found == 'old':
    with locks.alone_in(folder.parent, None):
      replace(tmp_path, folder)
    assert (folder / 'records').read_text(encoding='utf-8') == 'new'
