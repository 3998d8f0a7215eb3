"""Shows a page that predicts videos: `stc-jax serve --model=RUN`.

The page takes videos and the webcam, for this machine alone unless --host says
otherwise. Ctrl-C ends it. Needs pip install -e '.[web]'.
"""

from typing import NoReturn

from absl import flags

from stc_jax import late
from stc_jax.cli import command_line, compilation, model_flags
from stc_jax.console import terminal

_HOST = flags.DEFINE_string(
  'host', '127.0.0.1', 'Address to serve at; 0.0.0.0 admits every machine in reach.'
)
_PORT = flags.DEFINE_integer('port', 7860, 'Port to serve at.', 1, 2**16 - 1)
_MAX_MEGABYTES = flags.DEFINE_integer(
  'max_megabytes', 200, 'Size of the largest video that is accepted.', lower_bound=1
)
flags.adopt_module_key_flags(model_flags)


def main() -> None:
  """Serves the page until it is interrupted."""
  options = model_flags.options()
  compilation.keep_programs()
  model = late.load('stc_jax.predict.model').load(model_flags.MODEL.value)
  late.load('stc_jax.web.service').serve(
    model, options, (_HOST.value, _PORT.value), _MAX_MEGABYTES.value, _print_address
  )


def _print_address(address: str) -> None:
  console = terminal.console(soft_wrap=True, highlight=False)
  console.print(f'{address} shows what {model_flags.MODEL.value} sees; Ctrl-C ends it')
  if _HOST.value not in late.load('stc_jax.web.guard').LOCAL:
    console.print('Every machine that reaches this one can use it, without a password.')


def run() -> NoReturn:
  """Runs the verb as a program."""
  command_line.run(main)
