"""The terminal: flags, launch files, progress, tables, Ctrl-C; imports no room."""
