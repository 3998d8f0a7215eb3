"""What tests train: networks, trials and programs that take a moment."""
