"""Draws a prediction: the annotated video and the time line page."""
