"""Writes a float32 .npy file of small numbers that differ: ramp.py FILE SIZE..."""
import struct
import sys

shape = [int(size) for size in sys.argv[2:]]
count = 1
for size in shape:
    count *= size
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s,), }" % (
    ", ".join(map(str, shape)))
header += " " * (-(10 + len(header) + 1) % 64) + "\n"
values = [((i * 37) % 101 - 50) / 32 for i in range(count)]
with open(sys.argv[1], "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
    file.write(header.encode() + struct.pack("<%df" % count, *values))
