"""Runs: from a configuration to a folder of results, and on from wherever it stands."""
