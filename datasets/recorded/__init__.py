"""What the builders of recorded clips share: from found recordings to a TFDS set."""
