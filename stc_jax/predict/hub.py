"""Models by their name on the Hugging Face Hub: `hf://user/model`.

`python -m stc_jax.export --format=folder` writes the folders that can lie there.
"""

import pathlib
import re

import httpx2
import huggingface_hub
from huggingface_hub import errors

from stc_jax.errors import InputError

PREFIX = 'hf://'
_PART = r'[A-Za-z0-9][\w.-]*'
_NAME = re.compile(rf'{PREFIX}({_PART}/{_PART})(?:@([\w./-]+))?', re.ASCII)
# The files of a shared folder. Nothing else is fetched, and none of them is code.
_FILES = ['README.md', 'config.json', 'bundle.json', 'weights.safetensors']
_FILES += [f'models/*/{name}' for name in _FILES[2:]]


def download(name: str) -> pathlib.Path:
  """Returns the folder of a model, fetched unless it is here already.

  The Hub's own program keeps the files (HF_HOME), finds another address of the Hub
  (HF_ENDPOINT), and knows who may read a private model (`hf auth login`).

  Args:
    name: as hf://user/model, or hf://user/model@revision.

  Raises:
    InputError: the name is malformed, there is no such model, or it can't be fetched.
  """
  found = _NAME.fullmatch(name)
  if not found:
    raise InputError(f'{name}: not a name on the Hub; write hf://user/model')
  try:
    return pathlib.Path(
      huggingface_hub.snapshot_download(
        found[1], revision=found[2], allow_patterns=_FILES
      )
    )
  except errors.HFValidationError as error:
    raise InputError(f'{name}: not a name on the Hub; write hf://user/model') from error
  except errors.RevisionNotFoundError as error:
    raise InputError(f'{name}: the model has no such revision; check it') from error
  except errors.RepositoryNotFoundError as error:
    raise InputError(
      f'{name}: no such model on the Hub, or not one that you may read; check the '
      'name, or give your token with `hf auth login`'
    ) from error
  except (
    errors.HfHubHTTPError,
    errors.LocalEntryNotFoundError,
    errors.OfflineModeIsEnabled,
    httpx2.HTTPError,
  ) as error:
    raise InputError(
      f'{name}: the Hub does not answer, and the model is not here yet; check the '
      'network, or name a folder'
    ) from error
