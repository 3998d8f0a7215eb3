"""Evaluation: numbers, baselines, result files, pictures."""
