"""Launch files: dataset, input, model, protocol and training; values only.

They are installed as `stc_jax.launch`; `--config=mmi` finds them from any folder.
"""
