"""Replacements for tests: databases, videos, a model, a visitor."""
