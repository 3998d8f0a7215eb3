"""A finished model in a folder: what it holds, and its files."""
