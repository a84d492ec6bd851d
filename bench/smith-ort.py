#!/usr/bin/python3
"""Runs random models in ONNX Runtime and lists where onnc computes otherwise.

    bench/smith-ort.py [--count=N] [--seed=N] [--size=N] [--types=LIST]
                       [--ops=LIST] [--build=DIR] [--ort=DIR] [--keep=DIR]

onnc-smith writes the models, their inputs and the interpreter's outputs; ONNX
Runtime (npm package onnxruntime-node, CPU, no graph optimization) runs them. A
line for each output that differs by more than the tolerance (of f32 1e-4, of f16
1e-2, relative to the largest element; integers and bools must be equal, and those
of quantized models may differ by 1), and one for each reason why ONNX Runtime
didn't run models. Exit status 1 if there was a difference.

--ort: a directory in which `npm install onnxruntime-node --ignore-scripts` was
run; without it, or without Node.js, nothing is compared. --opset: models are
written in this operator set; ONNX Runtime refuses the newest.
"""
import argparse
import collections
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import onnx

HERE = os.path.dirname(os.path.abspath(__file__))


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=8)
    parser.add_argument("--types", default="f32")
    parser.add_argument("--ops")
    parser.add_argument("--opset", type=int, default=23)
    parser.add_argument("--build", default=os.path.join(HERE, "../build/release"))
    parser.add_argument("--ort", default=os.environ.get("ONNC_ORT", "."))
    parser.add_argument("--keep", help="leave the files in this directory")
    return parser.parse_args()


def write_models(options, directory):
    command = [os.path.join(options.build, "bin/onnc-smith"), "-o", directory]
    for name in ("count", "seed", "size", "types", "ops", "opset"):
        if getattr(options, name) is not None:
            command.append(f"--{name}={getattr(options, name)}")
    subprocess.run(command, check=True)


def lower_format(path):
    """Declares an older version of the file format; no model uses what is newer."""
    model = onnx.load(path)
    model.ir_version = min(model.ir_version, 10)
    onnx.save(model, path)


def describe_difference(actual, expected, quantized):
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        return f"{actual.dtype}{actual.shape}, not {expected.dtype}{expected.shape}"
    if not actual.size:
        return None
    if not np.issubdtype(actual.dtype, np.floating):
        off = np.abs(actual.astype(np.int64) - expected.astype(np.int64))
        bad = off > (1 if quantized else 0)
    else:
        off = np.abs(actual.astype(np.float64) - expected.astype(np.float64))
        unit = 1e-2 if actual.dtype == np.float16 else 1e-4
        if quantized:
            unit = 5e-2
        bad = ~(off <= unit * max(1.0, np.abs(expected).max()))
    if not bad.any():
        return None
    at = tuple(int(i) for i in np.argwhere(bad)[0]) if bad.ndim else ()
    return (f"{int(bad.sum())} of {bad.size} elements, first {list(at)}: "
            f"{expected[at]} where ONNX Runtime has {actual[at]}")


def main():
    options = read_options()
    package = os.path.join(options.ort, "node_modules/onnxruntime-node")
    if not shutil.which("node") or not os.path.isdir(package):
        print("ONNX Runtime isn't there: nothing is compared")
        return 0
    directory = options.keep or tempfile.mkdtemp(prefix="smith-ort")
    try:
        write_models(options, directory)
        models = sorted(glob.glob(os.path.join(directory, "*.onnx")),
                        key=lambda p: int(re.search(r"(\d+)\.onnx$", p)[1]))
        for path in models:
            lower_format(path)
        done = subprocess.run(
            ["node", os.path.join(HERE, "smith-ort.mjs"), *map(os.path.abspath, models)],
            cwd=options.ort, capture_output=True, text=True, check=True)
        differences = compared = 0
        refusals = collections.Counter()
        for line in done.stdout.splitlines():
            result = json.loads(line)
            stem = result["model"][: -len(".onnx")]
            if "error" in result:
                reason = re.sub(r"[\"'(].*?[\"')]|\d+", "…", result["error"])
                refusals[reason[:150]] += 1
                continue
            compared += 1
            with open(result["model"], "rb") as file:
                quantized = b"QuantizeLinear" in file.read()
            for output in result["outputs"]:
                text = describe_difference(
                    np.load(f"{stem}.{output}.ort.npy"),
                    np.load(f"{stem}.{output}.npy"), quantized)
                if text:
                    differences += 1
                    print(f"{os.path.basename(stem)}: output '{output}': {text}")
        for reason, count in refusals.most_common():
            print(f"{count} not run: {reason}")
        print(f"{compared} models compared, {differences} outputs differ")
        return 1 if differences else 0
    finally:
        if not options.keep:
            shutil.rmtree(directory)


if __name__ == "__main__":
    sys.exit(main())
