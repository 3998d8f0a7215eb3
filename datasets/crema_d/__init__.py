"""The CREMA-D database."""
