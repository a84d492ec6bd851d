"""Runs onnc-opt --verify-roundtrip on every .onncir file below a directory.

usage: roundtrip.py DIRECTORY

A file that its own RUN lines expect to be wrong may fail; all others must not,
and no run may end by a signal.
"""
import pathlib
import re
import subprocess
import sys

EXPECTS_ERROR = re.compile(r"RUN:.*\bnot\b|expected-error|RUN:.*verify-diag")
TARGET = re.compile(r"-mquadruple=(\S+)")
OWN_TOOL = re.compile(r"RUN:\s*%")
PLUGIN = re.compile(r"--load(-pass-plugin)?=")

checked = 0
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.onncir")):
    text = path.read_text(errors="replace")
    if PLUGIN.search(text) or OWN_TOOL.search(text):
        continue  # Operators that only a plugin knows.
    command = ["onnc-opt", "--split-input", "--verify-roundtrip", str(path)]
    target = TARGET.search(text)
    if target:
        command.append("-mquadruple=" + target.group(1))
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode < 0:
        sys.exit(f"{path}: ended by signal {-run.returncode}")
    if "prints differently" in run.stderr:
        sys.exit(f"{path}: {run.stderr}")
    if run.returncode and not EXPECTS_ERROR.search(text):
        sys.exit(f"{path}: {run.stderr}")
    checked += run.returncode == 0
if checked < 20:
    sys.exit(f"only {checked} modules were found")
print(f"{checked} modules print and parse back")
