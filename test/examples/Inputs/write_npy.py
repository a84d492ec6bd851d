"""write_npy.py OUT DESCR SHAPE VALUES: writes a small .npy file, both given as
Python literals. Unlike numpy.save it writes whatever header it is told to."""
import ast
import struct
import sys

out, descr, shape, values = sys.argv[1:]
values = [float(v) if "f" in descr or "e" in descr else int(v)
          for v in values.split(",")]
code = {"<f4": "<f", ">f8": ">d", "<f2": "<e", "|u1": "B", "<i8": "<q"}[descr]
header = (f"{{'descr': '{descr}', 'fortran_order': False, "
          f"'shape': {ast.literal_eval(shape)}}}\n").encode()
with open(out, "wb") as file:
    file.write(b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header)
    for value in values:
        file.write(struct.pack(code, value))
