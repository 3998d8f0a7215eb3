"""Speed: how much work a model is, what a device can do, and how long it takes."""
