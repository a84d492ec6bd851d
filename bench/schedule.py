#!/usr/bin/python3
"""Measures the orders that schedule-tensors finds, and rewrite-for-memory.

    bench/schedule.py [options] [MODEL.onnx...]

Without models, on the cells of bench/cells.py. Prints for each the peak of the
order in the file (Keras's, for the cells), of the order in which a depth-first
importer comes to the operations, of the best heuristic, of the search, the
lower bound, and the least peak after rewriting; in kB. Then the geometric means
of depth-first and of the file's order over the search, and over rewriting; and
of depth-first where nothing is fused or in place, as in an interpreter, over
search and rewriting with both.

    --plain        no fusion and nothing in place, for all of them
    --growth       also chains of cells, and how nodes and seconds grow
    --nodes=N      the search's limit (400000; in pipelines 100000)
    --build=DIRECTORY
"""
import argparse
import math
import os
import subprocess
import sys
import tempfile
import time

import onnx

import cells

PLAIN = "search-nodes=0 fuse=false in-place=false"


def run(*command):
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stderr


def measure(ir, pipeline):
    """What the pass counted, and the seconds of the whole command."""
    start = time.perf_counter()
    text = run(os.path.join(BIN, "onnc-opt"), ir, "--passes=" + pipeline,
               "--stats", "-o", os.devnull)
    seconds = time.perf_counter() - start
    counts = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[0].isdigit():
            counts[words[1].split(".")[1].rstrip(":")] = int(words[0])
    return counts, seconds


def geomean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def convert(path, directory):
    ir = os.path.join(directory, os.path.basename(path) + ".onncir")
    run(os.path.join(BIN, "onnc"), "--emit=ir", path, "-o", ir)
    return ir


def print_table(models, directory, options):
    print("%-18s %5s %8s %8s %8s %8s %8s %8s %6s %6s %7s %6s" %
          ("peak, kB", "tasks", "given", "depth-1st", "heurist.", "search",
           "bound", "rewrite", "ratio", "rewr.", "nodes", "s"))
    ratios = []
    for path in models:
        ir = convert(path, directory)
        stats, seconds = measure(ir, "schedule-tensors{%s}" % options)
        rewrite, _ = measure(ir, "rewrite-for-memory{%s}" % options)
        plain, _ = measure(ir, "schedule-tensors{%s}" % PLAIN)
        given, depth, peak = (stats[name + "-bytes"]
                              for name in ("given", "depth-first", "peak"))
        after = rewrite["peak-bytes"]
        ratios.append((depth / peak, depth / after, given / peak,
                       given / after, plain["depth-first-bytes"] / peak,
                       plain["depth-first-bytes"] / after))
        print("%-18s %5d %8.1f %8.1f %8.1f %8.1f %8.1f %8.1f %6.2f %6.2f %7d "
              "%6.2f%s" %
              (os.path.basename(path)[:-5][:18], stats["tasks"], given / 1e3,
               depth / 1e3, stats["heuristic-bytes"] / 1e3, peak / 1e3,
               stats["bound-bytes"] / 1e3, after / 1e3, depth / peak,
               depth / after, stats.get("visited-nodes", 0), seconds,
               "" if stats["bound-bytes"] == peak else " not proven"))
    means = [geomean(column) for column in zip(*ratios)]
    for name, over_search, over_rewriting in zip(
            ("depth-first", "given", "plain depth-first"),
            means[::2], means[1::2]):
        print("%-18s over search %.2f, over rewriting %.2f" %
              (name, over_search, over_rewriting))


def print_growth(directory, options):
    print("\n%6s %6s %9s %9s %9s %9s %8s %7s" %
          ("cells", "tasks", "given", "heurist.", "search", "bound", "nodes",
           "s"))
    for count in (1, 2, 4, 8, 16, 32):
        path = os.path.join(directory, "darts-%d.onnx" % count)
        onnx.save(cells.network(count), path)
        stats, seconds = measure(convert(path, directory),
                                 "schedule-tensors{%s}" % options)
        print("%6d %6d %9.1f %9.1f %9.1f %9.1f %8d %7.2f" %
              (count, stats["tasks"], stats["given-bytes"] / 1e3,
               stats["heuristic-bytes"] / 1e3, stats["peak-bytes"] / 1e3,
               stats["bound-bytes"] / 1e3, stats.get("visited-nodes", 0),
               seconds))


def main():
    global BIN
    parser = argparse.ArgumentParser(
        usage=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", nargs="*")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--nodes", type=int, default=400000)
    parser.add_argument("--build", default=os.path.join(
        os.path.dirname(__file__), "..", "build", "release"))
    options = parser.parse_args()
    BIN = os.path.join(options.build, "bin")
    text = "search-nodes=%d" % options.nodes
    if options.plain:
        text += PLAIN.removeprefix("search-nodes=0")
    with tempfile.TemporaryDirectory() as directory:
        models = options.models
        if not models:
            for name, make in cells.make_cells().items():
                models.append(os.path.join(directory, name + ".onnx"))
                onnx.save(make(name), models[-1])
        print_table(models, directory, text)
        if options.growth:
            print_growth(directory, text)


if __name__ == "__main__":
    main()
