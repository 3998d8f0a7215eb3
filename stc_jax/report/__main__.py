"""`python -m stc_jax.report` does as `stc-jax report`."""

from stc_jax.cli import report

if __name__ == '__main__':
  report.run()
