"""`python -m stc_jax.prepare` does as `stc-jax prepare`."""

from stc_jax.cli import prepare

if __name__ == '__main__':
  prepare.run()
