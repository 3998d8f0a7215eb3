"""A page in the browser that videos are shown to."""
