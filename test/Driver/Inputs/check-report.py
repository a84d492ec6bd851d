"""check-report.py REPORT.json [RUN.txt]: the figures of a report agree.

RUN.txt is what onnc-run --report said of a run whose timeline the report shows.
"""
import json
import re
import sys

with open(sys.argv[1]) as f:
    report = json.load(f)
blocks, buffers = report["blocks"], report["buffers"]
steps = len(blocks)
assert steps and report["kernels"]

for memory in report["memories"]:
    placed = [b for b in buffers
              if b["memory"] == memory["name"] and b["offset"] is not None]
    assert memory["lower_bound"] <= memory["peak"]
    assert memory["size"] == memory["persistent"] + memory["peak"]
    assert max(memory["live"], default=0) <= memory["peak"]
    assert max((b["offset"] + b["size"] for b in placed),
               default=0) == memory["size"], memory["name"]
    temporary = [b for b in placed if "from" in b]
    for b in placed:
        if "from" in b:
            assert 0 <= b["from"] < b["to"] <= steps
            assert b["offset"] >= memory["persistent"]
        else:
            assert b["offset"] + b["size"] <= memory["persistent"]
    # What lies over another takes over in the middle of a step.
    for i, a in enumerate(temporary):
        for b in temporary[:i]:
            assert (a["to"] <= b["from"] or b["to"] <= a["from"]
                    or a["offset"] + a["size"] <= b["offset"]
                    or b["offset"] + b["size"] <= a["offset"]), (a, b)

# Blocks read what was written before; something comes out.
written = {i for i, b in enumerate(buffers)
           if b["role"] in ("input", "constant")}
for block in blocks:
    assert block["cycles"] > 0 and block["cores"] > 0 and block["tiles"] > 0
    assert set(block["inputs"]) <= written, block
    assert block["outputs"] and len(block["kernels"]) == 1
    written |= set(block["outputs"])
assert any(buffers[i]["role"] == "output" for i in written)

if len(sys.argv) > 2:
    with open(sys.argv[2]) as f:
        cycles = re.findall(r"^launch .* cores, (\d+) cycles", f.read(), re.M)
    assert [b["measured"] for b in blocks] == [int(c) for c in cycles], cycles
else:
    assert all(b["measured"] is None for b in blocks)
