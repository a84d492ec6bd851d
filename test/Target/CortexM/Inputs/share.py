"""Writes the inputs of share.onncir as .npy files."""
import numpy as np

SHAPES = {"x": (1, 6, 14, 12), "dw": (6, 1, 3, 3), "wide": (12, 6, 1, 1),
          "same": (12, 12, 1, 1), "down": (12, 1, 3, 3), "fc": (12, 5)}
random = np.random.default_rng(3)
for name, shape in SHAPES.items():
    np.save(name + ".npy", random.normal(0, 0.5, shape).astype("f4"))
