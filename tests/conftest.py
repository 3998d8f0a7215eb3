"""Strict modes: what JAX would forgive in silence is an error in a test."""

import jax

jax.config.update('jax_numpy_dtype_promotion', 'strict')
