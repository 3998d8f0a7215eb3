"""Data: from raw files to prepared sets, and from those to batches on a device."""
