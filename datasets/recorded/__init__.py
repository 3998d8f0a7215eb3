"""The common part of the builders of recorded clips."""
