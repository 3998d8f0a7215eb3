"""Baselines: HOG features with a linear model, and the constant answer.

Their scores are a run's floors. They take a set and trials, and know nothing of a run.
"""
