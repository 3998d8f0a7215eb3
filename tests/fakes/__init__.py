"""What tests use in place of the real thing: databases, videos, a model, a visitor."""
