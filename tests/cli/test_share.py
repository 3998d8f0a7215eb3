"""`stc-jax export --format=folder`, as a user passes a model on."""

from command import fails, succeeds

import stc_jax


def test_a_run_is_shared_as_a_folder(finished, environment, tmp_path):
  argv = ('stc_jax.export', f'--model={finished}', '--format=folder')
  said = succeeds(*argv, f'--output={tmp_path / "shared"}', env=environment)
  assert 'people in the clips' in said
  assert stc_jax.load(tmp_path / 'shared').names == stc_jax.load(finished).names
  fails(*argv, f'--output={tmp_path}', naming='holds no shared model', env=environment)
