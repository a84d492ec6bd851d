#!/usr/bin/python3
"""Runs networks compiled for this processor and in ONNX Runtime, side by side.

    bench/x86.py DIRECTORY [--build=DIR] [--ort=DIR] [--threads=N] [NAME...]

For each NAME.onnx in DIRECTORY with NAME.in.npy (bench/zoo.py makes them): the
seconds that onnc takes to compile it, the median milliseconds of a run of either
side, and onnc's speed over ONNX Runtime's. The sides take turns, five times, and
the best median of each counts, so that what else the machine does disturbs both
alike. "diff" is the largest difference from NAME.out.npy, as a fraction of the
largest element.

--build: where onnc was built; build/release by default. --ort: a directory in
which `npm install onnxruntime-node --ignore-scripts` was run; without it, or
without Node.js, only onnc is timed.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TURNS = 5
RUNS = 30


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError((done.stderr or done.stdout).strip().split("\n")[0])
    return done.stdout


def time_onnc(tools, program, data, threads, output):
    text = run([tools + "onnc-run", program, data, "--time", f"--repeat={RUNS}",
                f"--threads={threads}", "-o", output])
    return float(re.search(r"time: ([0-9.]+) ms", text)[1])


def time_ort(ort, model, data, threads):
    return float(run(["node", os.path.join(HERE, "ort.mjs"), model, data,
                      str(threads), str(RUNS)], cwd=ort))


def measure(options, name, scratch):
    tools = os.path.join(options.build, "bin", "")
    path = os.path.abspath(os.path.join(options.directory, name))
    data = path + ".in.npy"
    program = os.path.join(scratch, "program.so")
    output = os.path.join(scratch, "output.npy")
    start = time.perf_counter()
    run([tools + "onnc", "-mquadruple=x86_64", "--emit=so", path + ".onnx", "-o",
         program])
    row = {"network": name, "compile s": time.perf_counter() - start}
    ours, theirs = [], []
    for _ in range(TURNS):
        ours.append(time_onnc(tools, program, data, options.threads, output))
        if options.ort:
            theirs.append(
                time_ort(options.ort, path + ".onnx", data, options.threads))
    row["onnc ms"] = min(ours)
    if theirs:
        row["ort ms"] = min(theirs)
        row["onnc/ort speed"] = min(theirs) / min(ours)
    if os.path.exists(path + ".out.npy"):
        expected = np.load(path + ".out.npy")
        difference = np.abs(np.load(output).reshape(expected.shape) - expected)
        row["diff"] = difference.max() / np.abs(expected).max()
    return row


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("directory")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--ort")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_intermixed_args()
    names = options.names or sorted(
        f[:-5] for f in os.listdir(options.directory)
        if f.endswith(".onnx")
        and os.path.exists(os.path.join(options.directory, f[:-5] + ".in.npy")))
    columns = ["network", "compile s", "onnc ms", "ort ms", "onnc/ort speed",
               "diff"]
    print("  ".join(f"{c:>18}" if i == 0 else f"{c:>14}"
                    for i, c in enumerate(columns)))
    status = 0
    for name in names:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                row = measure(options, name, scratch)
            except RuntimeError as error:
                print(f"{name:>18}  {error}")
                status = 1
                continue
        cells = [f"{name:>18}"]
        for column in columns[1:]:
            value = row.get(column)
            form = "14.1e" if column == "diff" else "14.2f"
            cells.append(f"{value:{form}}" if value is not None else " " * 14)
        print("  ".join(cells), flush=True)
    return status


sys.exit(main())
