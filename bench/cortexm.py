#!/usr/bin/env python3
"""Models on an emulated Cortex-M: instructions, flash and RAM.

    bench/cortexm.py DATA [--bin DIRECTORY] [--processor cortex-m4] [--squeeze]

DATA holds models/mlperf-tiny and models/mnist, DIRECTORY onnc and onnc-run
(default: build/release/bin). Each model is compiled, run on the processor's
board, compared with the interpreter (integers bit by bit), and printed beside
figures of others: TFLite-Micro with CMSIS-NN and onnx2c under QEMU, on the same
models, measured as here (the functions called, exact counts, no cycles).

With --squeeze, the image models are compiled for less and less RAM, which
instructions pay for (form-patches), until the compiler finds nothing.

RAM is arena, variables and stack; TFLite-Micro's arena holds inputs and outputs
too, which are the caller's here.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

# Million instructions by processor; arena and flash in bytes.
TFLM = {
    "cortex-m3": {"kws": 10.53, "ic": 41.85, "vww": 31.96, "ad": 0.956},
    "cortex-m4": {"kws": 7.70, "ic": 29.86, "vww": 24.10, "ad": 0.583},
    "cortex-m7": {"kws": 7.65, "ic": 30.03, "vww": 24.03, "ad": 0.583},
    "cortex-m55": {"kws": 1.79, "ic": 4.81, "vww": 6.43, "ad": 0.150},
}
TFLM_ARENA = {"kws": 22820, "ic": 54996, "vww": 100708, "ad": 2580}
TFLM_FLASH = {"kws": 103.1e3, "ic": 145.1e3, "vww": 382.5e3, "ad": 301.6e3}
# Float code of onnx2c, on the Cortex-M4.
ONNX2C = {"kws": 21.9, "ic": 124.9, "vww": 66.2, "ad": 3.55}


def load(data, model):
    """The model's file and inputs, one run each."""
    if model == "mnist":
        images = np.load(f"{data}/models/mnist/mnist_2000.npz")["images"][:20]
        inputs = images.astype(np.float32).reshape(20, 1, 1, 28, 28)
        return f"{data}/models/mnist/mnist.onnx", inputs
    golden = np.load(f"{data}/models/mlperf-tiny/{model}_tflm_golden.npz")
    path = f"{data}/models/mlperf-tiny/{model}_int8_qdq.onnx"
    return path, golden["inputs"][:, None]


class DoesNotFit(Exception):
    """No program for so little memory."""


def measure(tools, processor, path, inputs, directory):
    """Instructions, flash, RAM and arena of one run, and the largest error."""
    def call(tool, *arguments):
        command = [os.path.join(tools, tool), *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode and "[codegen-capacity]" in done.stderr:
            raise DoesNotFit
        if done.returncode:
            sys.exit(f"{' '.join(command)}\n{done.stderr}")
        return done.stdout

    artifact, array, reference, result = (
        os.path.join(directory, name)
        for name in ("model", "inputs.npy", "reference.onncir", "result.npy"))
    np.save(array, inputs)
    call("onnc-opt", path, "-o", reference,
         "--passes=infer-types,fold-qdq,eliminate-dead-code")
    call("onnc", f"-mquadruple={processor}", path, "-o", artifact)
    text = call("onnc-run", artifact, "--each", array, "--report",
                "--compare=interp", f"--reference={reference}",
                "--rtol=1e-4", "--atol=0.01" if inputs.dtype.kind == "f"
                else "--atol=0", "-o", result)
    return [float(re.search(pattern, text).group(1)) for pattern in (
        r"([\d.]+) instructions", r"flash: (\d+)", r"RAM: (\d+)",
        r"arena (\d+)", r"largest error ([\d.e-]+)")]


def squeeze(options):
    """A line for each capacity, in steps of an eighth of what is left."""
    print(f"{options.processor}; bytes, million instructions")
    print(f"{'model':6} {'limit':>8} {'arena':>8} {'RAM':>8} {'instr.':>8} "
          f"{'times':>6} {'flash':>8}  error")
    for model in ("vww", "ic"):
        path, inputs = load(options.data, model)
        limit, first = None, None
        while True:
            processor = options.processor + (f"+ram={limit}" if limit else "")
            try:
                with tempfile.TemporaryDirectory() as directory:
                    count, flash, ram, arena, error = measure(
                        options.bin, processor, path, inputs[:1], directory)
            except DoesNotFit:
                print(f"{model:6} {limit:8} nothing found")
                break
            first = first or count
            print(f"{model:6} {limit or '':8} {arena:8.0f} {ram:8.0f} "
                  f"{count / 1e6:8.2f} {count / first:6.2f} {flash:8.0f}  "
                  f"{error:g}", flush=True)
            limit = int(arena) * 7 // 8


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--processor", default="cortex-m4")
    parser.add_argument("--squeeze", action="store_true")
    options = parser.parse_args()
    if options.squeeze:
        return squeeze(options)
    tflm = TFLM.get(options.processor, {})
    print(f"{options.processor}; million instructions, bytes; "
          "TFLM: TFLite-Micro with CMSIS-NN")
    print(f"{'model':6} {'onnc':>8} {'TFLM':>8} {'onnx2c':>8} {'flash':>8} "
          f"{'TFLM':>8} {'RAM':>8} {'TFLM':>8}  error")
    for model in ("kws", "ic", "vww", "ad", "mnist"):
        path, inputs = load(options.data, model)
        with tempfile.TemporaryDirectory() as directory:
            count, flash, ram, _, error = measure(
                options.bin, options.processor, path, inputs, directory)
        def others(table):
            return f"{table[model]:8.5g}" if model in table else f"{'':8}"
        print(f"{model:6} {count / 1e6:8.3f} {others(tflm)} {others(ONNX2C)} "
              f"{flash:8.0f} {others(TFLM_FLASH)} {ram:8.0f} "
              f"{others(TFLM_ARENA)}  {error:g}")


main()
