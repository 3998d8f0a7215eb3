"""What may be done with weights, by the dataset that they were trained on.

The pages of the datasets (datasets/<name>/README.md) say more. This is no legal advice.
"""

from typing import NamedTuple

OTHER = 'other'


class WeightsLicence(NamedTuple):
  """The terms of weights.

  Attributes:
    name: as the Hugging Face Hub calls the licence; `OTHER`: `terms` say it.
    terms: a sentence or two for the model card.
  """

  name: str
  terms: str


def _owned(name: str) -> WeightsLicence:
  return WeightsLicence(
    OTHER,
    f'{name} is given out under a licence. Do not pass these weights on, unless the '
    "database's owners have agreed to it.",
  )


_LICENCES = {
  'synthetic_faces': WeightsLicence(
    'apache-2.0', 'The faces were rendered by stc_jax. The weights may be passed on.'
  ),
  'crema_d': WeightsLicence(
    'odbl',
    'Made from CREMA-D, which is under the Open Database License 1.0. The weights may '
    'be passed on with this notice.',
  ),
  'ravdess': WeightsLicence(
    'cc-by-nc-sa-4.0',
    'Made from RAVDESS, which is under CC BY-NC-SA 4.0. Pass the weights on, if at '
    'all, under the same licence, and not for commercial use.',
  ),
  'fer2013': WeightsLicence(
    OTHER,
    'Made from FER2013, which was given out for research. Anything else is your own '
    'decision and risk.',
  ),
  'bp4d': _owned('BP4D'),
  'ck_plus': _owned('CK+'),
  'mmi': _owned('MMI'),
  'oulu_casia': _owned('Oulu-CASIA'),
}
_YOURS = WeightsLicence(
  OTHER,
  'Made from clips of their owner. Whether these weights may be passed on is for the '
  'people in the clips, and their agreement, to say.',
)


def licence_of(datasets: list[str]) -> WeightsLicence:
  """The licence of weights that were trained on all of these datasets."""
  found = [_LICENCES.get(name, _YOURS) for name in datasets]
  names = {licence.name for licence in found}
  terms = ' '.join(dict.fromkeys(licence.terms for licence in found))
  return WeightsLicence(names.pop() if len(names) == 1 else OTHER, terms)
