"""Launch files: which dataset, input, model, protocol and training; values only.

Installed they are `stc_jax.launch`, and `--config=mmi` finds them from any folder.
"""
