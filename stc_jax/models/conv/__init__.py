"""Ways to compute a convolution over video; `conv3d` chooses one."""
