"""`python -m stc_jax VERB` does as `stc-jax VERB`."""

from stc_jax.cli import verbs

if __name__ == '__main__':
  verbs.main()
