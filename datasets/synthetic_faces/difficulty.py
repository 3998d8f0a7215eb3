"""The parameters that make an emotion hard to recognise in a rendered set."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Difficulty:
  """How people look at rest, how they express, and how they are filmed.

  Attributes:
    traits: Spread of the resting traits that look like expressions: at 1 a standard
      deviation is about what an action unit of level C to D moves.
    strength: Intensity of the weakest and of the strongest expression, where 1 is level
      E of FACS; each clip's is uniform between them.
    bystanders: Largest intensity of actions that don't belong to the emotion.
    nuisances: Spread of light, pose, head motion, colour, blur and noise: at 0 a still
      head in frontal light and no noise.
  """

  traits: float = 0.3
  strength: tuple[float, float] = (0.3, 0.8)
  bystanders: float = 0.3
  nuisances: float = 1.0

  def __post_init__(self):
    """Checks the values."""
    low, high = self.strength
    if not 0 < low <= high <= 1:
      raise ValueError(
        f'strength is {self.strength}; want 0 < weakest <= strongest <= 1'
      )
    if min(self.traits, self.bystanders, self.nuisances) < 0:
      raise ValueError(f'{self} has a negative spread')


# Chosen by how well a linear SVM tells the emotion from the last frame's HOG features:
# about as well as on Oulu-CASIA, and as on CK+.
STANDARD = Difficulty()
LABORATORY = Difficulty(traits=0.1, strength=(0.6, 1.0), bystanders=0.1, nuisances=0.5)
# Action units of their own, and not only an emotion's.
SPONTANEOUS = Difficulty(bystanders=0.7)
# Of the laboratories: strong enough for poor cameras.
FILMED = Difficulty(strength=(0.5, 1.0))
NAMED = {'standard': STANDARD, 'laboratory': LABORATORY}
