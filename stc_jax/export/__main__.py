"""`python -m stc_jax.export` does as `stc-jax export`."""

from stc_jax.cli import export

if __name__ == '__main__':
  export.run()
