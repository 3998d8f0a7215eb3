"""Settings of the site, which `make docs` builds from this folder."""

import os
import pathlib
import shutil
import sys

_HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(_HERE.parent))
# The tutorials' commands are those of this environment, and write to build/tutorials.
os.environ['PATH'] = f'{pathlib.Path(sys.executable).parent}:{os.environ["PATH"]}'
_WORK = _HERE.parent / 'build' / 'tutorials'
os.environ['TFDS_DATA_DIR'] = str(_WORK / 'data')
os.environ['JAX_COMPILATION_CACHE_DIR'] = str(_WORK / 'programs')
# Their programs run for a moment each, so that most of the time would be compilation.
os.environ['XLA_FLAGS'] = (
  '--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true '
  '--xla_cpu_use_fusion_emitters=false'
)

from docs import site_pages  # noqa: E402

project = 'stc_jax'
author = 'The stc_jax authors'
copyright = '2026, the stc_jax authors'

extensions = ['myst_nb', 'sphinx.ext.autodoc', 'sphinx.ext.napoleon']
exclude_patterns = ['study']
nitpicky = True
default_role = 'literal'  # docstrings have `names` in single backticks
# Types of other packages; the site links to no other one.
nitpick_ignore_regex = [
  (r'py:.*', r'(?!stc_jax\b).*'),
]

myst_enable_extensions = ['colon_fence', 'deflist']
myst_heading_anchors = 4
# `make tutorials` runs their code, and shows what it prints.
nb_execution_mode = os.environ.get('TUTORIALS', 'off')
nb_execution_cache_path = str(_HERE.parent / 'build' / 'executed')
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_merge_streams = True

autodoc_member_order = 'bysource'
autodoc_typehints = 'signature'
autodoc_typehints_format = 'short'
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_attr_annotations = False  # shapes have asterisks

html_theme = 'sphinx_book_theme'
html_title = 'stc_jax'
html_copy_source = False
html_show_sourcelink = False
html_static_path = ['static']
html_css_files = ['site.css']
html_theme_options = {
  'show_navbar_depth': 1,
  'home_page_in_toc': True,
  'use_download_button': False,
  'use_fullscreen_button': False,
  'navbar_persistent': [],
}
html_context = {'default_mode': 'auto'}


def setup(app) -> None:
  """Writes the generated pages before Sphinx looks for pages."""
  app.connect('config-inited', lambda *_: site_pages.write())
  _WORK.mkdir(parents=True, exist_ok=True)
  for name in ('tiny.py', 'stand_in.py'):
    shutil.copy(_HERE / 'tutorials' / name, _WORK)
