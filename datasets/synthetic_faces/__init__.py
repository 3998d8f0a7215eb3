"""Synthetic faces: rendered clips of six emotions driven by FACS action units."""
