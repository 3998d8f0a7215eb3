"""Data: prepared sets to device arrays, folds, augmentation."""
