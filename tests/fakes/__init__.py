"""Writes databases as their owners distribute them, with a public-domain face."""
