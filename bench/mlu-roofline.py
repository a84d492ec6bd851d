#!/usr/bin/python3
"""What keeps compiled networks from the roofline of the simulated MLU100.

    bench/mlu-roofline.py MODEL INPUT.npy [BUILD_DIR] [--layers]

Compiles MODEL for mlu100 and runs it. For every launch: its cycles, and the least
that the machine could need for the same operators: the larger of

  - multiply-accumulates over those of 32 matrix units (1024 FP16 or 2048 INT8
    per core and cycle), and
  - bytes of operands, constants and results, each moved once, over 102.4 bytes
    per cycle,

and the cost of the launch on as many cores. Prints their sums, and with --layers the launches, the
worst in cycles first.
"""
import os
import re
import subprocess
import sys
import tempfile

DRAM = 102.4  # Bytes per cycle.
LAUNCH, LAUNCH_PER_CORE = 1000, 50  # Cycles.
BYTES = {"f16": 2, "f32": 4, "i8": 1, "i32": 4}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def buffer_bytes(text):
    *shape, element = re.match(r"buffer<([^,]*),", text).group(1).split("x")
    count = 1
    for extent in shape:
        count *= int(extent)
    return count * BYTES[element]


def read_blocks(text):
    """Bytes that each block's operands have in device memory, in order."""
    blocks = []
    for line in text.splitlines():
        match = re.match(r"  tile\.Block\(.*\(\{ \^\((.*)\)$", line)
        if match:
            kinds = re.findall(r"buffer<[^>]*>", match.group(1))
            blocks.append(sum(buffer_bytes(kind) for kind in kinds))
    return blocks


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    if len(arguments) < 2:
        sys.exit(__doc__)
    model, x = arguments[:2]
    build = arguments[2] if len(arguments) > 2 else "build/release"
    tool = lambda name: os.path.join(build, "bin", name)
    with tempfile.TemporaryDirectory() as scratch:
        program = os.path.join(scratch, "program.mlu")
        text = os.path.join(scratch, "program.onncir")
        run(tool("onnc"), "-mquadruple=mlu100", model, "-o", program)
        run(tool("onnc"), "-mquadruple=mlu100", model, "--stop-after=allocate",
            "--emit=ir", "-o", text)
        report = run(tool("onnc-run"), program, x, "--by-operator", "-o",
                     os.path.join(scratch, "y.npy"))
        blocks = read_blocks(open(text).read())
    layers = []
    launches = re.findall(
        r"launch (.*): (\d+) cores, (\d+) cycles, .*utilisation ([\d.]+) %",
        report)
    assert len(launches) == len(blocks), (len(launches), len(blocks))
    for (name, cores, cycles, utilisation), size in zip(launches, blocks):
        # Utilisation is of all matrix units, over the cycles of the launch.
        compute = float(utilisation) / 100 * int(cycles)
        launch = LAUNCH + LAUNCH_PER_CORE * int(cores)
        least = max(compute, size / DRAM) + launch
        bound = "compute" if compute > size / DRAM else "memory"
        layers.append((name, int(cores), int(cycles), least, bound))
    total = sum(layer[2] for layer in layers)
    least = sum(layer[3] for layer in layers)
    print(f"{os.path.basename(model)}: {total} cycles, roofline {least:.0f}, "
          f"factor {total / least:.2f}")
    if "--layers" in sys.argv:
        for name, cores, cycles, bound, kind in sorted(
                layers, key=lambda layer: layer[3] - layer[2]):
            print(f"  {name:40} {cores:3} cores {cycles:9} cycles, "
                  f"roofline {bound:9.0f} ({kind}), factor {cycles / bound:.2f}")


if __name__ == "__main__":
    main()
