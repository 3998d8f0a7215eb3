"""Training: one step, mapped over trials, scanned over time, resumed exactly."""
