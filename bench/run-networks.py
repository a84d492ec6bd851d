#!/usr/bin/python3
"""Runs networks in the interpreter and on the simulated MLU100, side by side.

    bench/run-networks.py DIRECTORY [BUILD_DIR] [NAME...]

For each NAME.onnx in DIRECTORY (bench/zoo.py and bench/light.py make them) with
NAME.in.npy: the interpreter's time and largest difference from NAME.out.npy,
where there is one; then the time to compile for mlu100 and to simulate, the
simulated cycles, and the largest difference from the interpreter. Differences
are fractions of the largest element. Prints why a network can't be compiled.
Times include process start-up and reading the model.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np


def run(*command):
    """Seconds, standard output, and the first error if there was one."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    if done.returncode:
        return seconds, done.stdout, "\n".join(errors) or f"exit {done.returncode}"
    return seconds, done.stdout, None


def difference(actual, expected):
    actual = actual.reshape(expected.shape).astype(np.float64)
    largest = np.abs(expected).max()
    return np.abs(actual - expected).max() / (largest or 1)


def measure(directory, name, tools, scratch):
    path = os.path.join(directory, name)
    interpreted = os.path.join(scratch, "interpreted.npy")
    simulated = os.path.join(scratch, "simulated.npy")
    program = os.path.join(scratch, "program.mlu")
    row = {"network": name}

    row["interp s"], _, error = run(
        tools + "onnc-run", path + ".onnx", path + ".in.npy", "-o", interpreted)
    if error:
        return row, error
    answer = np.load(interpreted)
    if os.path.exists(path + ".out.npy"):
        row["interp diff"] = difference(answer, np.load(path + ".out.npy"))

    row["compile s"], _, error = run(
        tools + "onnc", "-mquadruple=mlu100", path + ".onnx", "-o", program)
    if error:
        return row, error
    row["simulate s"], report, error = run(
        tools + "onnc-run", program, path + ".in.npy", "--report", "-o",
        simulated)
    if error:
        return row, error
    row["cycles"] = int(re.search(r"(\d+) cycles", report).group(1))
    result = np.load(simulated)
    row["mlu diff"] = difference(result, answer)
    same = np.isfinite(result).all() and result.argmax() == answer.argmax()
    row["same argmax"] = "yes" if same else "no"
    return row, None


COLUMNS = ["network", "interp s", "interp diff", "compile s", "simulate s",
           "cycles", "mlu diff", "same argmax"]


def show(cells):
    out = []
    for column, cell in zip(COLUMNS, cells):
        if isinstance(cell, float):
            cell = f"{cell:.2f}" if column.endswith(" s") else f"{cell:.1e}"
        out.append(f"{cell:20}" if column == "network" else f"{cell:>12}")
    print("".join(out), flush=True)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    directory = sys.argv[1]
    build = sys.argv[2] if len(sys.argv) > 2 else "build/release"
    names = sys.argv[3:] or sorted(
        os.path.splitext(f)[0] for f in os.listdir(directory)
        if f.endswith(".onnx"))
    show(COLUMNS)
    with tempfile.TemporaryDirectory() as scratch:
        for name in names:
            row, error = measure(directory, name,
                                 os.path.join(build, "bin", ""), scratch)
            show([row.get(column, "-") for column in COLUMNS])
            if error:
                print("    " + error.replace("\n", "\n    "), flush=True)


if __name__ == "__main__":
    main()
