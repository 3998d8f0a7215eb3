"""Evaluation: metrics, statistics, floors."""
