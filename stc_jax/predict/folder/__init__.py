"""Predicts files into a folder: finds inputs, writes and reads back answers."""
