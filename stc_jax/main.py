"""`python -m stc_jax.main` does as `stc-jax train`."""

from stc_jax.cli import train

if __name__ == '__main__':
  train.run()
