"""Tasks: what a network learns, how that is measured, and how it is shown."""
