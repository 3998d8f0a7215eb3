"""The terminal: consoles, progress, tables, Ctrl-C; imports no other room."""
