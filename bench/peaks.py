#!/usr/bin/python3
"""Compares what networks' tensors take in all with the peaks of their plans.

    bench/peaks.py [options] [MODEL.onnx...]

Without models, on the networks of ONNC's first measurements: those of ONNX's
light models where there is one, the others from bench/zoo.py. The models aren't
run. For each, in MB of 10^6 bytes:

    weights      what doesn't depend on the input, FP32
    results      of all operators that do, as the model has them and before
                 anything is fused, FP32: each with memory of its own
    peak, bound  of schedule-tensors on the graph after constants are folded:
                 FP32, the input counts, results may be in place

and for each target, where the pipeline has a plan:

    kernels      the results that remain after optimisation, each with memory
                 of its own, in the target's element type
    peak, bound  of the plan; without weights and the network's input

Then ratios. All numerators are in the element type of the peak (FP16 on the
MLU), so that none of them counts a change of type:

    all/peak     (weights + input + results) / peak
    all/all      (weights + input + results) / (weights + input + peak)
    res./peak    results / peak
    kern./peak   kernels / peak

and their arithmetic and geometric means. A peak above its bound is marked '!'.

    --zoo=DIRECTORY      where bench/zoo.py wrote (/tmp/zoo)
    --foreign=DIRECTORY  with models/light; by default $ONNC_FOREIGN_DATA, or
                         ../shared/data beside the tree
    --target=NAME        mlu100, x86_64_v3 or cortex-m7; may be given several
                         times (the first two)
    --nodes=N            the limit of the plan's search (the pipeline's)
    --time-limit=S       for one compilation; without a plan after that (600)
    --build=DIRECTORY

Needs python3-onnx.
"""
import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile

import onnx

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
# Name, file of the light models or of bench/zoo.py.
NETWORKS = [
    ("AlexNet", "light_bvlc_alexnet"), ("Inception-v1", "light_inception_v1"),
    ("Inception-v2", "inception_v2"), ("DenseNet-121", "densenet121"),
    ("ResNet-50", "light_resnet50"), ("ShuffleNet", "shufflenet_v1"),
    ("SqueezeNet", "light_squeezenet"), ("VGG-19", "light_vgg19"),
    ("ZFNet-512", "light_zfnet512"), ("tiny YOLO", "tiny_yolo_v2"),
    ("YOLOv1", "yolo_v1"),
]
# Bytes of an activation, and the memory that whole tensors are in.
TARGETS = {"mlu100": (2, "dram"), "x86_64_v3": (4, "memory"),
           "cortex-m7": (4, "sram")}
FOLDED = ("infer-types,fixpoint{max=8}(canonicalize,fold-constants,"
          "infer-types),eliminate-dead-code,schedule-tensors")
RATIOS = ["all/peak", "all/all", "res./peak", "kern./peak"]


def run(*command, limit=None):
    """What the command said, or nothing with the reason why it failed."""
    try:
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True,
                              timeout=limit)
    except subprocess.TimeoutExpired:
        return None, "not compiled in %d s" % limit
    if done.returncode:
        reason = re.sub(r"^.*?error: ", "", done.stderr.splitlines()[0])
        return None, reason
    return done.stderr, None


def megabytes(count):
    return "%.2f" % (count / 1e6)


def count_elements(value):
    kind = value.type.tensor_type
    dims = kind.shape.dim
    if not kind.HasField("shape") or any(not d.HasField("dim_value")
                                         for d in dims):
        sys.exit("the shape of '%s' isn't known" % value.name)
    return math.prod(d.dim_value for d in dims)


def count_tensors(path, directory):
    """Elements of weights, of the input, and of results that depend on it."""
    # Types of all values, and computed weights and pads as constants.
    typed = os.path.join(directory, "typed.onnx")
    _, reason = run(os.path.join(BIN, "onnc"), "--emit=onnx", path,
                    "--passes=infer-types,fold-constants,infer-types", "-o",
                    typed)
    if reason:
        sys.exit("%s: %s" % (path, reason))
    graph = onnx.load(typed).graph
    os.remove(typed)
    used = {name for node in graph.node for name in node.input}
    used.update(v.name for v in graph.output)
    constants = {t.name: t for t in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            constants[node.output[0]] = node.attribute[0].t
    values = {v.name: v for v in (*graph.value_info, *graph.output)}
    return (sum(math.prod(t.dims) for name, t in constants.items()
                if name in used and t.data_type == onnx.TensorProto.FLOAT),
            sum(count_elements(i) for i in graph.input
                if i.name not in constants),
            sum(count_elements(values[name]) for node in graph.node
                for name in used.intersection(node.output)
                if name not in constants))


def schedule(path, directory):
    """Peak and lower bound of the graph's tensors, FP32."""
    ir = os.path.join(directory, "model.onncir")
    _, reason = run(os.path.join(BIN, "onnc"), "--emit=ir", path, "-o", ir)
    if not reason:
        text, reason = run(os.path.join(BIN, "onnc-opt"), ir, "--passes=" +
                           FOLDED, "--stats=json", "-o", os.devnull)
    if reason:
        sys.exit("%s: %s" % (path, reason))
    stats = json.loads(text)["schedule-tensors"]
    return stats["peak-bytes"], stats["bound-bytes"]


def plan(path, target, nodes, limit, directory):
    """Bytes of all kernels' results, peak and lower bound of the plan."""
    report = os.path.join(directory, "report.json")
    onnc = os.path.join(BIN, "onnc")
    command = [onnc, "-mquadruple=" + target, "--emit=report-json", path, "-o",
               report]
    if nodes is not None:
        passes = subprocess.run(
            [onnc, "-mquadruple=" + target, "--print-pipeline", path],
            stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        # It is the last one.
        command.append("--passes=%s{search-nodes=%d}" % (passes, nodes))
    _, reason = run(*command, limit=limit)
    if reason:
        return None, reason
    with open(report) as f:
        data = json.load(f)
    name = TARGETS[target][1]
    kernels = sum(b["size"] for b in data["buffers"] if b["memory"] == name and
                  b["role"] in ("tensor", "output"))
    (memory,) = [m for m in data["memories"] if m["name"] == name]
    return (kernels, memory["peak"], memory["lower_bound"]), None


class Network:
    def __init__(self, name, path, directory):
        self.name, self.path = name, path
        self.weights, self.input, self.results = count_tensors(path,
                                                               directory)
        self.peak, self.bound = schedule(path, directory)

    def get_ratios(self, width, peak, kernels=None):
        everything = self.weights + self.input + self.results
        given = self.weights + self.input
        return [width * everything / peak,
                width * everything / (width * given + peak),
                width * self.results / peak,
                kernels / peak if kernels else math.nan]


def print_row(name, *cells):
    print("%-14s" % name + "".join(" %9s" % cell for cell in cells), flush=True)


def print_ratios(name, counts, bound, peak, ratios):
    print_row(name, *counts, megabytes(peak),
              megabytes(bound) + ("!" if peak != bound else ""),
              *("-" if math.isnan(r) else "%.2f" % r for r in ratios))


def print_means(skipped, rows):
    def print_mean(name, mean):
        print_row(name, *[""] * skipped,
                  *("-" if math.isnan(sum(column)) else "%.2f" % mean(column)
                    for column in zip(*rows)))

    if rows:
        print_mean("arithm. mean", lambda c: sum(c) / len(c))
        print_mean("geom. mean",
                   lambda c: math.exp(sum(map(math.log, c)) / len(c)))


def print_tensors(networks):
    print("tensors, FP32")
    print_row("MB", "weights", "input", "results", "peak", "bound", *RATIOS[:3])
    rows = []
    for n in networks:
        rows.append(n.get_ratios(4, n.peak)[:3])
        print_ratios(n.name, [megabytes(4 * count) for count in
                              (n.weights, n.input, n.results)],
                     n.bound, n.peak, rows[-1])
    print_means(5, rows)


def print_target(target, networks, options, directory):
    width = TARGETS[target][0]
    print("\n%s, plan, %d bytes an activation" % (target, width))
    print_row("MB", "results", "kernels", "peak", "bound", *RATIOS)
    rows = []
    for n in networks:
        found, reason = plan(n.path, target, options.nodes, options.time_limit,
                             directory)
        if reason:
            print_row(n.name, " no plan: " + reason.split(" (")[0])
            continue
        kernels, peak, bound = found
        rows.append(n.get_ratios(width, peak, kernels))
        print_ratios(n.name, map(megabytes, (width * n.results, kernels)),
                     bound, peak, rows[-1])
    print_means(4, rows)


def find_networks(options):
    for name, file in NETWORKS:
        directory = options.zoo
        if file.startswith("light_"):
            directory = os.path.join(options.foreign, "models", "light")
        path = os.path.join(directory, file + ".onnx")
        if os.path.exists(path):
            yield name, path
        else:
            print("%s is missing: no %s" % (name, path), file=sys.stderr)


def main():
    global BIN
    parser = argparse.ArgumentParser(
        usage=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", nargs="*")
    parser.add_argument("--zoo", default="/tmp/zoo")
    parser.add_argument("--foreign", default=os.environ.get(
        "ONNC_FOREIGN_DATA", os.path.join(ROOT, "..", "shared", "data")))
    parser.add_argument("--target", action="append", choices=TARGETS)
    parser.add_argument("--nodes", type=int)
    parser.add_argument("--time-limit", type=int, default=600)
    parser.add_argument("--build", default=os.path.join(ROOT, "build",
                                                        "release"))
    options = parser.parse_args()
    BIN = os.path.join(options.build, "bin")
    found = [(os.path.basename(path).removesuffix(".onnx")[:14], path)
             for path in options.models] or find_networks(options)
    with tempfile.TemporaryDirectory() as directory:
        networks = [Network(name, path, directory) for name, path in found]
        print_tensors(networks)
        for target in options.target or ["mlu100", "x86_64_v3"]:
            print_target(target, networks, options, directory)


if __name__ == "__main__":
    main()
