"""Pixels: reading clips, finding faces, aligning them. Imports no other room."""
