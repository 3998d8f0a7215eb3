"""From a video file to its frames: opening, times, orientation, damage."""
