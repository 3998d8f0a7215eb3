"""`python -m stc_jax.predict` does as `stc-jax predict`."""

from stc_jax.cli import predict

if __name__ == '__main__':
  predict.run()
