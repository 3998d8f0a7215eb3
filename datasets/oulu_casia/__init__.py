"""Oulu-CASIA NIR&VIS: 80 subjects, six posed emotions, visible and infrared light."""
