"""Prediction: a finished model in, answers out; needs no dataset."""
