"""Runs `stc_jax.main` as on a full disk: no file can be moved into place."""

import errno
import os
import runpy
from unittest import mock

if __name__ == '__main__':
  full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
  with mock.patch('os.replace', side_effect=full):
    runpy.run_module('stc_jax.main', run_name='__main__', alter_sys=True)
