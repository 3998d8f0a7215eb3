"""`python -m stc_jax.benchmark` does as `stc-jax benchmark`."""

from stc_jax.cli import benchmark

if __name__ == '__main__':
  benchmark.run()
