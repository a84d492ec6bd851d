"""Compiles a model for less and less RAM until the compiler says it can't.

    squeeze.py MODEL REFERENCE INPUT.npy STEPS

Capacities are STEPS parts of what it takes in memory without limits, down to
one part, and then 8 bytes. Each program is interpreted in the memory of its
plan, and has to compute what REFERENCE does. Prints a line per capacity, then
the compiler's last words.
"""
import re
import subprocess
import sys

import numpy as np

model, reference, array, steps = sys.argv[1:]


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def compile(attributes):
    """The program's bytes of RAM; none, and the compiler's words."""
    done = run("onnc", f"-mquadruple=cortex-m4{attributes}", model, "--emit=ir",
               "--verify-each", "-o", "squeezed.onncir")
    if done.returncode:
        return None, re.sub(r"^remark.*\n", "", done.stderr, flags=re.M)
    text = open("squeezed.onncir").read()
    return int(re.search(r"sram = {[^}]*\bsize = (\d+)", text)[1]), ""


done = run("onnc-run", reference, array, "-o", "expected.npy")
assert done.returncode == 0, done.stderr
expected = np.load("expected.npy")
whole, words = compile("")
assert whole, words
for ram in [whole * k // int(steps) for k in range(int(steps), 0, -1)] + [8]:
    size, words = compile(f"+ram={ram}")
    if not size:
        print(f"{ram}: doesn't fit\n{words}")
        break
    assert size <= ram, (ram, size)
    done = run("onnc-run", "squeezed.onncir", array, "--use-plan", "-o",
               "found.npy")
    assert done.returncode == 0, done.stderr
    equal = np.array_equal(np.load("found.npy"), expected)
    print(f"{ram}: {size} bytes, {'equal' if equal else 'DIFFERS'}")
