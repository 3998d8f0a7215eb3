"""A command that needs an extra names it if it isn't installed."""

import pytest
from command import fails


@pytest.mark.parametrize(
  ('command', 'package', 'extra'),
  [
    (('stc_jax.export',), 'onnx', 'export'),
    (('stc_jax.predict', '--serve'), 'gradio', 'web'),
  ],
)
def test_a_missing_extra_is_named(
  finished, environment, tmp_path, command, package, extra
):
  absent = f"raise ModuleNotFoundError('no {package}', name='{package}')\n"
  (tmp_path / f'{package}.py').write_text(absent)
  fails(
    *command,
    f'--model={finished}',
    env=environment | {'PYTHONPATH': str(tmp_path)},
    # Without the extra, another of its packages may be the first that is missing.
    naming=(' is missing', f"pip install -e '.[{extra}]'"),
  )
