"""Damages a file in many ways and runs a command on each: it must end with
status 0 or 1, and with a message in the second case; never by a signal.

    corrupt.py FILE COUNT SCRATCH COMMAND... (with {} for the damaged file)

A third of the COUNT copies are truncated; in the others one byte is changed,
at places spread over the file. The same arguments damage in the same way.
"""

import subprocess
import sys

path, count, scratch, *command = sys.argv[1:]
with open(path, "rb") as file:
    whole = file.read()
count = int(count)


def damaged():
    for i in range(count):
        # The golden ratio's multiples are spread evenly over the file.
        at = int((i * 0.6180339887498949) % 1 * len(whole))
        if i % 3 == 0:
            yield f"truncated to {at} bytes", whole[:at]
            continue
        byte = whole[at] ^ (0xFF if i % 3 == 1 else 1 << i % 8)
        yield f"byte {at} = {byte}", whole[:at] + bytes([byte]) + whole[at + 1 :]


statuses = {0: 0, 1: 0}
for what, data in damaged():
    with open(scratch, "wb") as file:
        file.write(data)
    done = subprocess.run(
        [argument.replace("{}", scratch) for argument in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=120,
    )
    message = done.stderr.decode("utf-8", "replace")
    if done.returncode not in statuses:
        sys.exit(f"{what}: status {done.returncode}\n{message}")
    if done.returncode == 1 and "error:" not in message:
        sys.exit(f"{what}: fails without a message\n{message}")
    statuses[done.returncode] += 1
print(f"{statuses[0]} accepted, {statuses[1]} refused")
