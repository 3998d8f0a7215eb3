"""BP4D (FERA 2015): 41 subjects in eight tasks, action units frame by frame."""
