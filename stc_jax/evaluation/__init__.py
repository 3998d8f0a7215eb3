"""Evaluation: metrics and statistics."""
