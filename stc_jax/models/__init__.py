"""Models: pure Flax modules that import no other room of ours."""
