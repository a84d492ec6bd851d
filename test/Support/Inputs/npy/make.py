#!/usr/bin/env python3
"""Writes the .npy files beside this script, which NpyTest.cpp reads.

Those named save-* are what numpy.save writes on a little-endian machine, and
what writeNpy must write. Run it with NumPy 1.24 or newer.
"""
import pathlib

import numpy as np
from numpy.lib import format as npy

HERE = pathlib.Path(__file__).resolve().parent

DTYPES = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8",
          "f2", "f4", "f8", "c8", "c16"]


def elements(dtype, shape):
    """0, 1, 2, … with the last one negative where there is a sign."""
    values = np.arange(np.prod(shape, dtype=int)).astype(dtype)
    if np.dtype(dtype).kind not in "bu" and values.size:
        values[-1] = -values[-1]
    return values.reshape(shape)


def write(name, array, version):
    with open(HERE / name, "wb") as file:
        npy.write_array(file, array, version)


for dtype in DTYPES:
    np.save(HERE / f"save-{dtype}.npy", elements(dtype, (2, 3)))
np.save(HERE / "save-scalar.npy", np.float32(1.5))
np.save(HERE / "save-vector.npy", elements("i4", (5,)))
np.save(HERE / "save-empty.npy", elements("f4", (3, 0, 2)))
np.save(HERE / "save-rank32.npy", elements("u1", (1,) * 30 + (2, 3)))
np.save(HERE / "save-long.npy", elements("u1", (1234, 1)))
np.save(HERE / "save-text.npy", np.array(["", "äß€😀", "one"]))

big = elements("f4", (2, 3)).astype(">f4")
np.save(HERE / "big-f4.npy", big)
np.save(HERE / "big-c8.npy", elements("c8", (2, 3)).astype(">c8"))
np.save(HERE / "big-fortran-i2.npy",
        np.asfortranarray(elements("i2", (2, 3, 4)).astype(">i2")))
np.save(HERE / "big-text.npy", np.array(["äß€😀", "one"]).astype(">U4"))
np.save(HERE / "fortran-f4.npy", np.asfortranarray(elements("f4", (2, 3, 4))))
np.save(HERE / "fortran-vector.npy", np.asfortranarray(elements("i4", (5,))))
np.save(HERE / "bytes.npy", np.array([b"", b"a\0b", b"xyz"]))
np.save(HERE / "void16.npy", np.array([1, 0xbf80], "<u2").view("V2"))
write("version2.npy", elements("f4", (2, 3)), (2, 0))
write("version3.npy", elements("f4", (2, 3)), (3, 0))
