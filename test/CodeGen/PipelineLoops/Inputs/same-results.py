"""Runs a tile program before and after passes, on the same random inputs.

    same-results.py PROGRAM.onncir PASSES DIRECTORY

The interpreter checks the rules of the tile level as it runs (docs/TileIR.md).
The inputs of @main are f32 tensors. Exit status 0: all outputs are equal, bit
by bit.
"""
import os
import re
import subprocess
import sys

import numpy

program, passes, directory = sys.argv[1:]
os.makedirs(directory, exist_ok=True)
with open(program, encoding="utf-8") as file:
    header = re.search(r"graph @main\((.*)\) -> \((.*)\)", file.read())
outputs = re.findall(r'"(\w+)"', header.group(2))


def path(name):
    return os.path.join(directory, name)


random = numpy.random.default_rng(0)
arguments = []
for name, shape in re.findall(r"%(\w+): tensor<((?:\d+x)+)f32>", header.group(1)):
    sizes = [int(size) for size in shape.split("x")[:-1]]
    numpy.save(path(name), random.standard_normal(sizes, numpy.float32))
    arguments.append(name + "=" + path(name + ".npy"))


def run(program, suffix):
    files = [path(name + suffix) for name in outputs]
    options = ["-o%s=%s" % pair for pair in zip(outputs, files)]
    subprocess.run(["onnc-run", program, *options, *arguments], check=True)
    return [open(name, "rb").read() for name in files]


changed = path("changed.onncir")
subprocess.run(
    ["onnc-opt", program, "--passes=" + passes, "--verify-each", "-o", changed],
    check=True,
)
before = run(program, ".before.npy")
after = run(changed, ".after.npy")
if before != after:
    sys.exit("the results differ")
