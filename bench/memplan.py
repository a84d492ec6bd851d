#!/usr/bin/python3
"""Measures onnc-memplan beside its heuristics and lower bounds.

    bench/memplan.py [options] DIRECTORY

DIRECTORY holds instances in MiniMalloc's format, NAME.CAPACITY.csv; the eleven
of google/minimalloc (benchmarks/asplos2024) are what the published figures are
for. Prints for each the peak of the best heuristic, of greedy by size with
first fit (the baseline), what the search takes to fit the capacity (median of
wall-clock seconds of the whole command, nodes) and the lower bound, then sums.

    --minimize=S   also look for the least peak, for S seconds each
    --perturb=N    also N variants of each instance that still fit (buffers cut
                   in size or in time, one in ten left out, time reversed)
    --growth       also instances of 100 to 20,000 buffers, like networks
    --spill        also those of 50 to 500 buffers in 90 to 60 % of the memory
                   that they need: bytes that are copied away and back, where
                   those go whose next use is furthest (Belady's rule, sums of
                   sizes only), by the greedy choice and by the search
    --threads=N    (default 2)   --runs=N (default 5)   --build=DIRECTORY
"""
import argparse
import csv
import glob
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

# MiniMalloc (Moffitt, ASPLOS 2023) on the eleven, in total.
MINIMALLOC_PUBLISHED, MINIMALLOC_MEASURED = 29.4, 27.8


def run(arguments):
    """Exit status, seconds and the statistics of one run of onnc-memplan."""
    start = time.perf_counter()
    done = subprocess.run([TOOL, "--stats", "-o", os.devnull, *arguments],
                          stderr=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - start
    statistics_ = {line[:14].strip(): line[14:].strip()
                   for line in done.stderr.splitlines() if line[13:14] == " "}
    if "peak" not in statistics_:
        sys.exit(done.stderr)
    return done.returncode, seconds, statistics_


def read(path):
    with open(path, newline="") as file:
        return [(int(row["lower"]), int(row["upper"]), int(row["size"]))
                for row in csv.DictReader(file)]


def write(path, buffers):
    with open(path, "w") as file:
        file.write("id,lower,upper,size\n")
        for index, buffer in enumerate(buffers):
            file.write("b%d,%d,%d,%d\n" % (index, *buffer))


def greedy_by_size(buffers):
    """The peak of the largest first, each as low as it can be."""
    placed = []
    for lower, upper, size in sorted(buffers, key=lambda b: -b[2]):
        offset = 0
        for begin, end, l, u in sorted(placed):
            if l < upper and lower < u and offset + size > begin:
                offset = max(offset, end)
        placed.append((offset, offset + size, lower, upper))
    return max(end for _, end, _, _ in placed)


def perturb(buffers, seed):
    """A variant that has a solution wherever the original has one."""
    rng = random.Random(seed)
    kind = ("sizes", "times", "sample", "reversed")[seed % 4]
    result = []
    for lower, upper, size in buffers:
        unit = 1024 if size % 1024 == 0 else 1
        if kind == "sizes" and rng.random() < 0.25 and size > unit:
            part = unit * rng.randrange(1, size // unit)
            result += [(lower, upper, part), (lower, upper, size - part)]
        elif kind == "times" and rng.random() < 0.25 and upper - lower > 1:
            cut = rng.randrange(lower + 1, upper)
            result += [(lower, cut, size), (cut, upper, size)]
        elif kind == "reversed":
            result.append((-upper, -lower, size))
        elif kind != "sample" or rng.random() < 0.9:
            result.append((lower, upper, size))
    rng.shuffle(result)
    return result


def network(count, seed=1):
    """Buffers as a network has them: most live shortly, some are skipped to."""
    rng = random.Random(seed)
    buffers = []
    for index in range(count):
        mean = 3 if rng.random() < 0.9 else 60
        length = 2 + int(rng.expovariate(1 / mean))
        buffers.append((index, index + length, 1024 * rng.randint(1, 400)))
    return buffers


def measure_instances(instances, options):
    print("%-4s %4s %9s %9s %9s %9s %8s %8s  %s" %
          ("", "n", "greedy", "heuristic", "bound", "capacity", "seconds",
           "nodes", "fits by"))
    total = 0
    for path in instances:
        name, capacity = os.path.basename(path).split(".")[:2]
        _, _, heuristic = run(["--heuristics-only", path])
        runs = [run(["--capacity=" + capacity, "--threads=%d" % options.threads,
                     path]) for _ in range(options.runs)]
        status, _, stats = runs[0]
        seconds = statistics.median(r[1] for r in runs)
        total += seconds
        print("%-4s %4s %9d %9s %9s %9s %8.3f %8s  %s" %
              (name, stats["buffers"], greedy_by_size(read(path)),
               heuristic["peak"], heuristic["lower bound"], capacity, seconds,
               stats["nodes"], stats["strategy"] if status == 0 else "-"))
    print("total %.3f s; MiniMalloc on the eleven of its paper: %.1f s measured, "
          "%.1f s published" %
          (total, MINIMALLOC_MEASURED, MINIMALLOC_PUBLISHED))


def measure_minimum(instances, options):
    print("\nleast peak, %g s each" % options.minimize)
    for path in instances:
        _, seconds, stats = run(["--minimize",
                                 "--time-limit=%g" % options.minimize,
                                 "--threads=%d" % options.threads, path])
        print("%-4s peak %9s  bound %9s  gap %-16s %8.3f s %9s nodes" %
              (os.path.basename(path).split(".")[0], stats["peak"],
               stats["lower bound"], stats["gap"], seconds, stats["nodes"]))


def measure_variants(instances, options, directory):
    print("\n%d variants of each, 10 s at most" % options.perturb)
    times, unsolved = [], []
    for path in instances:
        name, capacity = os.path.basename(path).split(".")[:2]
        for seed in range(options.perturb):
            variant = os.path.join(directory, "variant.csv")
            write(variant, perturb(read(path), seed))
            status, seconds, _ = run(["--capacity=" + capacity,
                                      "--time-limit=10",
                                      "--threads=%d" % options.threads,
                                      variant])
            times.append(seconds)
            if status != 0:
                unsolved.append("%s/%d" % (name, seed))
    print("%d of %d fit; median %.3f s, 90 %% within %.3f s; not: %s" %
          (len(times) - len(unsolved), len(times), statistics.median(times),
           sorted(times)[len(times) * 9 // 10], " ".join(unsolved) or "none"))


def measure_growth(options, directory):
    print("\n%6s %10s %10s %10s %12s %12s" %
          ("n", "bound", "heuristic", "least", "heuristic s", "least s"))
    path = os.path.join(directory, "growth.csv")
    for count in (100, 200, 500, 1000, 2000, 5000, 10000, 20000):
        write(path, network(count))
        _, quick, heuristic = run(["--heuristics-only", path])
        _, seconds, stats = run(["--time-limit=30",
                                 "--threads=%d" % options.threads, path])
        print("%6d %10s %10s %10s %12.3f %12.3f" %
              (count, stats["lower bound"], heuristic["peak"], stats["peak"],
               quick, seconds))


def evict_furthest(buffers, capacity):
    """Bytes moved where, whenever there is too much, the one whose next use is
    furthest goes; None where all that is used at one time is too much."""
    at_home, moved = set(), 0
    for time_ in range(max(upper for _, upper, _ in buffers)):
        used = {i for i, (lower, upper, _) in enumerate(buffers)
                if time_ in (lower, upper - 1)}
        for i in used - at_home:
            if buffers[i][0] != time_:
                moved += 2 * buffers[i][2]
        at_home |= used
        while sum(buffers[i][2] for i in at_home) > capacity:
            others = at_home - used
            if not others:
                return None
            at_home.remove(max(others, key=lambda i: (buffers[i][1], i)))
        at_home = {i for i in at_home if buffers[i][1] - 1 > time_}
    return moved


def measure_spills(options, directory):
    print("\n%5s %4s %9s | kB moved: %9s %9s %9s %9s %8s %8s" %
          ("n", "%", "capacity", "furthest", "greedy", "search", "bound",
           "nodes", "seconds"))
    path = os.path.join(directory, "spills.csv")
    for count in (50, 100, 200, 500):
        buffers = network(count)
        write(path, buffers)
        _, _, least = run(["--time-limit=10", path])
        for percent in (90, 80, 70, 60):
            capacity = int(least["peak"]) * percent // 100
            furthest = evict_furthest(buffers, capacity)
            arguments = ["--spill", "--capacity=%d" % capacity, path]
            try:
                _, _, greedy = run(["--spill-nodes=0", *arguments])
                _, seconds, search = run(arguments)
            except SystemExit as failure:
                print("%5d %4d %9d | %s" % (count, percent, capacity,
                                            str(failure).strip()))
                continue
            kilo = lambda text: int(text) // 1024
            print("%5d %4d %9d | %19s %9d %9d %9d %8s %8.2f" %
                  (count, percent, capacity,
                   "-" if furthest is None else kilo(furthest),
                   kilo(greedy["moved bytes"]), kilo(search["moved bytes"]),
                   kilo(search["moved bound"]), search["spill nodes"],
                   seconds))


def main():
    global TOOL
    parser = argparse.ArgumentParser(
        usage=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("directory")
    parser.add_argument("--minimize", type=float, default=0)
    parser.add_argument("--perturb", type=int, default=0)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--spill", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--build", default=os.path.join(
        os.path.dirname(__file__), "..", "build", "release"))
    options = parser.parse_args()
    TOOL = os.path.join(options.build, "bin", "onnc-memplan")
    instances = sorted(path for path in
                       glob.glob(os.path.join(options.directory, "*.*.csv"))
                       if len(os.path.basename(path).split(".")) == 3)
    if not instances:
        sys.exit("no NAME.CAPACITY.csv in '%s'" % options.directory)
    measure_instances(instances, options)
    if options.minimize:
        measure_minimum(instances, options)
    with tempfile.TemporaryDirectory() as directory:
        if options.perturb:
            measure_variants(instances, options, directory)
        if options.growth:
            measure_growth(options, directory)
        if options.spill:
            measure_spills(options, directory)


if __name__ == "__main__":
    main()
