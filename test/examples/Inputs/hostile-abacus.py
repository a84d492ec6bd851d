"""Runs hostile programs on the Abacus: each must end in a located error, or, if
only some bytes are damaged, in any result but a crash.

    hostile-abacus.py ONNC-RUN LIBRARY INPUT.npy    (in a directory with
                                                     classifier.abacus)
"""
import random
import subprocess
import sys

tool, library, inputs = sys.argv[1:]
HUGE = "4294967295"
HOSTILE = [
    "JUMP 0 0", "ADD", "ADD 0 0 0 1", "ADD 0 0 0 1 1 1", "MATMUL 0 0 0 1 1",
    "ADD 0 0 0 4 3", "ADD 0 0 1024 1 1", "ADD 2 0 0 1 1",
    f"ADD 0 0 0 {HUGE} 1", f"MATMUL 0 0 0 {HUGE} {HUGE} {HUGE} 1 1 1",
    f"MATMUL 0 0 0 2 1 1 {HUGE} 1 1", "ADD 0 0 0 -1 1",
    "ADD 0 0 0 99999999999 1", "CONST 65536 0", "INPUT x", "OUTPUT y 65532 2",
    f"INPUT x 0 {HUGE} {HUGE} {HUGE}", "LOAD 0 65536 1", "STORE 1020 0 2",
]


def run(program):
    with open("hostile.abacus", "wb") as file:
        file.write(program)
    return subprocess.run([tool, "--load=" + library, "hostile.abacus", inputs,
                           "--each"], capture_output=True, timeout=20)


refused = 0
for line in HOSTILE:
    result = run(f"ABACUS 2\n{line}\n".encode())
    message = result.stderr.decode()
    print(message, end="")
    refused += result.returncode == 1 and "line 2: " in message
print(f"{refused} hostile programs refused")

with open("classifier.abacus", "rb") as file:
    good = file.read()
random.seed(1)
well = 0
for _ in range(100):
    damaged = bytearray(good)
    for _ in range(random.randrange(1, 4)):
        damaged[random.randrange(9, len(good))] = random.choice(
            b"0123456789 \n-ADX\xff")
    result = run(damaged[:random.randrange(9, len(good) + 1)])
    if result.returncode not in (0, 1):
        print(f"status {result.returncode}: {bytes(damaged)!r}")
    well += result.returncode in (0, 1)
print(f"{well} damaged programs ended well")
