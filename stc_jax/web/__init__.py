"""A page in the browser: takes videos, and shows what a model predicts."""
