"""The RAVDESS database."""
