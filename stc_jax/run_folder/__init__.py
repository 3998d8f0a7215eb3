"""The files of a run's folder: their names, formats and versions."""
