"""A finished model as one file for other programs: ONNX, or StableHLO."""
