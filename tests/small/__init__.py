"""Small networks, trials and programs for tests."""
