"""Runs a tiled program and what it must compute, on the same random inputs.

    agrees.py PROGRAM.onncir DIRECTORY [TOLERANCE]

What @main must compute is the first graph of the program. Inputs are f32
tensors of small integers over 4, so that most sums are exact. Exit status 0: all
outputs are equal, or no further apart than the tolerance.
"""
import os
import re
import subprocess
import sys

import numpy

program, directory = sys.argv[1:3]
tolerance = float(sys.argv[3]) if len(sys.argv) > 3 else 0
os.makedirs(directory, exist_ok=True)
with open(program, encoding="utf-8") as file:
    text = file.read()
first = re.search(r"^graph @\w+\(([^\n]*)\) -> \(([^\n]*)\) \{\n.*?^}", text, re.M | re.S)
reference = os.path.join(directory, "reference.onncir")
with open(reference, "w", encoding="utf-8") as file:
    file.write(re.sub(r"@\w+", "@main", first.group(0), count=1))

random = numpy.random.default_rng(0)
inputs = []
for name, shape in re.findall(r"%(\w+): tensor<((?:\d+x)+)f32>", first.group(1)):
    path = os.path.join(directory, name + ".npy")
    sizes = [int(size) for size in shape.split("x")[:-1]]
    numpy.save(path, random.integers(-8, 8, sizes).astype("f4") / 4)
    inputs.append(path)
outputs = re.findall(r'"(\w+)"', first.group(2))


def run(program, kind):
    files = [os.path.join(directory, f"{name}.{kind}.npy") for name in outputs]
    options = [option for file in files for option in ("-o", file)]
    subprocess.run(["onnc-run", program, *options, *inputs], check=True)
    return [numpy.load(file) for file in files]


for name, got, wanted in zip(outputs, run(program, "tiled"), run(reference, "whole")):
    distance = numpy.abs(got - wanted).max()
    if not distance <= tolerance:
        sys.exit(f"output {name} differs by {distance}")
    if not wanted.any():
        sys.exit(f"output {name} is all zeros")
