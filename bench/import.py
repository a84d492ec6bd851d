#!/usr/bin/env python3
"""Time and memory of importing a model, beside protobuf's plain parsing.

    bench/import.py [BUILD_DIR] [MEGABYTES]

Makes a model of matrix products with seeded random weights (100 MB by
default), then lets both sides read it ten times, each time in a process of its
own. Prints the fastest run, and the memory that isn't the mapped file (which the
kernel can drop). The importer's figures hold everything: mapping, scanning,
parsing, IR, types and verification.
"""
import os
import random
import subprocess
import sys
import tempfile
import time


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, payload):
    """A length-delimited field; an int is a varint field."""
    if isinstance(payload, int):
        return varint(number << 3) + varint(payload)
    if isinstance(payload, str):
        payload = payload.encode()
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def value_info(name, dims):
    shape = b"".join(field(1, field(1, d)) for d in dims)
    tensor_type = field(1, 1) + field(2, shape)
    return field(1, name) + field(2, field(1, tensor_type))


def make_model(path, megabytes, size=1024):
    layers = max(1, megabytes * 10**6 // (4 * size * size))
    rng = random.Random(1)
    nodes, tensors = [], []
    for i in range(layers):
        nodes.append(
            field(1, f"v{i}") + field(1, f"w{i}") + field(2, f"v{i + 1}")
            + field(3, f"layer{i}") + field(4, "MatMul"))
        tensors.append(
            field(1, size) + field(1, size) + field(2, 1) + field(8, f"w{i}")
            + field(9, rng.randbytes(4 * size * size)))
    graph = b"".join(field(1, n) for n in nodes) + field(2, "bench")
    graph += b"".join(field(5, t) for t in tensors)
    graph += field(11, value_info("v0", [1, size]))
    graph += field(12, value_info(f"v{layers}", [1, size]))
    with open(path, "wb") as f:
        f.write(field(1, 8) + field(8, field(2, 17)) + field(7, graph))


def measure(command, runs=10):
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        out = subprocess.run(command, check=True, capture_output=True).stdout
        best = min(best, time.perf_counter() - start)
    return best * 1e3, int(out or 0) / 1024


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else "build/release"
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    tool = os.path.join(build, "bin", "onnc-import-test")
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "model.onnx")
        make_model(path, megabytes)
        size = os.path.getsize(path) / 1e6
        print(f"model of {size:.0f} MB        time (ms)    memory (MiB)")
        for label, flags in [("process start-up", []),
                             ("protobuf alone", ["--memory", "--plain-parse", path]),
                             ("import", ["--memory", "--quiet", path])]:
            ms, mib = measure([tool] + flags)
            print(f"{label:22} {ms:12.1f} {mib:15.1f}")


if __name__ == "__main__":
    main()
