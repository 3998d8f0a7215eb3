"""TFDS builders: import them as `stc_jax.datasets.<name>`."""
