"""A model as a folder to pass on, in the form that the Hugging Face Hub takes.

    README.md                           the model card, with the Hub's header
    config.json                         names model and classes; the Hub counts it
    bundle.json weights.safetensors     one model; of a run models/<trial>/, each

`stc_jax.load` opens such a folder. The names of the training subjects stay at home.
"""

import dataclasses
import json
import pathlib

import jinja2

from stc_jax import files
from stc_jax.bundle import bundle_folder, purpose
from stc_jax.bundle.bundle import Bundle
from stc_jax.errors import InputError
from stc_jax.export import licences
from stc_jax.export.metadata import how_to
from stc_jax.predict.model import load

CARD, _CONFIG = 'README.md', 'config.json'
_TEMPLATE = """\
---
license: {{ licence.name }}
library_name: stc_jax
pipeline_tag: video-classification
tags:
- facial-expression-recognition
- jax
---

# {{ first.model }}, trained on {{ datasets | join(', ') }}

{{ 'Action units' if first.task.kind == 'detection' else 'Expressions' }} of faces in video: {{ first.names | join(', ') }}.
{% if count > 1 %}{{ count }} models of one run, whose probabilities are averaged.
{% endif %}

```python
import stc_jax

model = stc_jax.load('THIS_FOLDER')
answer = model.predict('video.mp4')
```

## May it be passed on?

{{ licence.terms }}

## Training data

{% for name in sets %}- {{ name }}
{% endfor %}

The names of the subjects are left out of this copy.

## Inputs and output

{% for line in lines %}- {{ line }}
{% endfor %}

## Limits

{% for line in limits %}- {{ line }}
{% endfor %}
"""  # noqa: E501


def write(model: str, path: pathlib.Path) -> list[Bundle]:
  """Writes the folder, whole or not at all, in place of an earlier one.

  Args:
    model: the folder of a bundle or run.
    path: of the new folder.

  Returns:
    The models in it, as they are in `model`.

  Raises:
    InputError: there is no model, or `path` holds something else.
  """
  if path.exists() and not (path / CARD).exists():
    raise InputError(f'{path}: holds no shared model; name another --output')
  bundles = load(model).bundles
  with files.whole_folder(path) as part:
    for number, bundle in enumerate(bundles):
      own = part if len(bundles) == 1 else part / 'models' / f'{number}'
      own.mkdir(parents=True, exist_ok=True)
      bundle_folder.write_into(own, _without_people(bundle))
    (part / CARD).write_text(card(bundles), encoding='utf-8')
    (part / _CONFIG).write_text(_config(bundles[0]), encoding='utf-8')
  return bundles


def _config(bundle: Bundle) -> str:
  """What the Hub's pages and programs look for, in JSON; `load` doesn't read it."""
  labels = dict(enumerate(bundle.names))
  fields = {'library_name': 'stc_jax', 'model_type': bundle.model, 'id2label': labels}
  return json.dumps(fields, indent=2, ensure_ascii=False) + '\n'


def card(bundles: list[Bundle]) -> str:
  """The model card of models of one run, in Markdown with the Hub's header."""
  first = bundles[0]
  datasets = purpose.datasets_of(first)
  environment = jinja2.Environment(
    autoescape=False, trim_blocks=True, keep_trailing_newline=True
  )
  return environment.from_string(_TEMPLATE).render(
    first=first,
    count=len(bundles),
    datasets=datasets,
    sets=sorted({bundle.provenance['dataset']['name'] for bundle in bundles}),
    licence=licences.licence_of(datasets),
    limits=purpose.limits(first),
    lines=how_to(first)[::2],  # without the number of a clip's own frames
  )


def _without_people(bundle: Bundle) -> Bundle:
  return dataclasses.replace(bundle, subjects=None)
