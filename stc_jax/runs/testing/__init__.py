"""Tests of finished models on any prepared set: `stc-jax test`."""
