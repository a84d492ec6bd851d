"""Writes inputs of the digits network, right and wrong, to a directory.

    arrays.py IMAGES.npy DIRECTORY
"""

import os
import sys

import numpy as np

images = np.load(sys.argv[1])
x = images[0]
directory = sys.argv[2]
os.makedirs(directory, exist_ok=True)


def save(name, array):
    np.save(os.path.join(directory, name), array)


save("x.npy", x)
save("big-endian.npy", x.astype(">f4"))
save("fortran.npy", np.asfortranarray(x))
save("f64.npy", x.astype(np.float64))
save("shape.npy", x[0])
save("batch.npy", images[:3])
save("empty.npy", images[:0])
save("other-batch.npy", images[:2])
save("pickled.npy", np.array([None]))
with open(os.path.join(directory, "x.npy"), "rb") as file:
    data = file.read()
with open(os.path.join(directory, "truncated.npy"), "wb") as file:
    file.write(data[:-1])
with open(os.path.join(directory, "x.bin"), "wb") as file:
    file.write(data)
