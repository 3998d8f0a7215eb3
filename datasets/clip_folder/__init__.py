"""Clips from a folder of your own."""
