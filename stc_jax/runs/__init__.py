"""Runs: from a configuration to a folder of results; an interrupted run is resumed."""
