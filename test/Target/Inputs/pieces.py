"""Small networks full of Concat, Split and Slice, on a target.

    pieces.py QUADRUPLE [NAME...]

Each network is compiled as always and with copies of all pieces
(tile{zero-copy=false}). Both programs must compute the same bits, close to what
the interpreter computes from the model; the interpreter also executes both tile
programs and checks every access. For each network one line: pieces that are
copied without and with sharing, and whether the peak of the tensors' memory is
lower, the same or higher.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np


class Network:
    """Writes a graph as text, operation by operation."""

    # Where a target has no Split.
    slices = False

    def __init__(self, *shape):
        self.random = np.random.default_rng(7)
        self.input = shape
        self.lines, self.shapes = [], {"x": shape}

    def type(self, shape, element="f32"):
        return f"tensor<{'x'.join(map(str, shape))}x{element}>"

    def name(self, shape):
        name = f"v{len(self.shapes)}"
        self.shapes[name] = shape
        return name

    def op(self, op, operands, shapes, attrs=""):
        results = [self.name(shape) for shape in shapes]
        types = [self.type(shape) for shape in shapes]
        left = ", ".join("%" + r for r in results)
        right = types[0] if len(types) == 1 else f"({', '.join(types)})"
        self.lines.append(
            f"  {left} = onnx.{op}({', '.join('%' + o for o in operands)})"
            f"{' {' + attrs + '}' if attrs else ''} -> {right}")
        return results[0] if len(results) == 1 else results

    def constant(self, array):
        element = "i64" if array.dtype == np.int64 else "f32"
        name = self.name(array.shape)
        values = str(array.flatten().tolist())
        self.lines.append(f"  %{name} = onnx.Constant() {{value = dense<"
                          f"{self.type(array.shape, element)}, {values}>}} -> "
                          f"{self.type(array.shape, element)}")
        return name

    def conv(self, x, channels, size=1, relu=True):
        n, c, h, w = self.shapes[x]
        weights = self.random.integers(-4, 5, (channels, c, size, size)) / 16
        bias = self.random.integers(-4, 5, channels) / 16
        pad = size // 2
        y = self.op("Conv", [x, self.constant(weights.astype("f4")),
                             self.constant(bias.astype("f4"))],
                    [(n, channels, h, w)], f"pads = [{pad}, {pad}, {pad}, {pad}]")
        return self.op("Relu", [y], [(n, channels, h, w)]) if relu else y

    def pool(self, x, kind="MaxPool"):
        return self.op(kind, [x], [self.shapes[x]],
                       "kernel_shape = [3, 3], pads = [1, 1, 1, 1]")

    def unary(self, op, x):
        return self.op(op, [x], [self.shapes[x]])

    def concat(self, values, axis=1):
        shape = list(self.shapes[values[0]])
        shape[axis] = sum(self.shapes[v][axis] for v in values)
        return self.op("Concat", values, [tuple(shape)], f"axis = {axis}")

    def split(self, x, sizes, axis=1):
        shapes = []
        for size in sizes:
            shape = list(self.shapes[x])
            shape[axis] = size
            shapes.append(tuple(shape))
        if self.slices:
            ends = np.cumsum(sizes)
            bounds = zip(ends - sizes, ends, shapes)
            return [self.op("Slice", [x] + [
                self.constant(np.array([i])) for i in (first, end, axis)],
                            [shape]) for first, end, shape in bounds]
        return self.op("Split", [x, self.constant(np.array(sizes))], shapes,
                       f"axis = {axis}")

    def shuffle(self, x, groups=2):
        n, c, h, w = shape = self.shapes[x]
        apart = (n, groups, c // groups, h, w)
        y = self.op("Reshape", [x, self.constant(np.array(apart))], [apart])
        turned = (n, c // groups, groups, h, w)
        y = self.op("Transpose", [y], [turned], "perm = [0, 2, 1, 3, 4]")
        return self.op("Reshape", [y, self.constant(np.array(shape))], [shape])

    def write(self, path, outputs):
        names = ", ".join(f'"{o}"' for o in outputs)
        values = ", ".join("%" + o for o in outputs)
        with open(path, "w") as file:
            file.write("module @pieces properties [imported]\n\n"
                       f"graph @main(%x: {self.type(self.input)}) -> ({names}) "
                       "{\n" + "\n".join(self.lines) +
                       f"\n  return({values})\n}}\n")


def fire():
    """SqueezeNet: both sides of a module are parts of its result."""
    n = Network(1, 32, 14, 14)
    x = "x"
    for _ in range(2):
        s = n.conv(x, 16)
        x = n.concat([n.conv(s, 32), n.conv(s, 32, 3)])
    return n, [n.pool(x)]


def inception():
    """Branches of different lengths, one of which is a Concat itself."""
    n = Network(1, 16, 12, 12)
    y = n.conv("x", 16, 3)
    a = n.conv(y, 16)
    s = n.conv(y, 16)
    b = n.concat([n.conv(s, 16, 3), n.conv(s, 32)])
    p = n.conv(n.pool(y, "AveragePool"), 16)
    c = n.concat([a, b, p])
    return n, [n.conv(c, 16), n.pool(c)]


def dense():
    """DenseNet: all layers of a block write into one buffer."""
    n = Network(1, 16, 10, 10)
    values = [n.conv("x", 16, 3)]
    c = values[0]
    for _ in range(4):
        p = n.conv(n.pool(c), 32)
        values.append(n.conv(p, 16, 3, relu=False))
        c = n.concat(values)
    return n, [n.conv(c, 16), n.pool(c, "AveragePool")]


def shuffle():
    """ShuffleNet: one half of the channels goes around each unit."""
    n = Network(1, 32, 8, 8)
    x = n.conv("x", 32)
    for _ in range(2):
        a, b = n.split(x, [16, 16])
        b = n.conv(n.conv(b, 16, 3), 16)
        x = n.shuffle(n.concat([a, b]))
    return n, [n.conv(x, 16)]


def rows():
    """Pieces along other dimensions than the channels, and matrices."""
    n = Network(1, 16, 12, 7)
    x = n.conv("x", 16)
    a, b, c = n.split(x, [3, 4, 5], axis=2)
    y = n.concat([n.conv(c, 16), n.pool(b), n.conv(a, 16, 3)], axis=2)
    z = n.concat([n.pool(y), n.conv(y, 16)], axis=3)
    m = n.op("Reshape", [z, n.constant(np.array([84, 32]))], [(84, 32)])
    l, r = n.split(n.unary("Tanh", m), [11, 21])
    w = n.constant((n.random.integers(-4, 5, (21, 11)) / 16).astype("f4"))
    q = n.op("MatMul", [r, w], [(84, 11)])
    k = n.concat([l, n.op("Softmax", [q], [(84, 11)], "axis = 1"), r])
    return n, [n.op("Softmax", [k], [(84, 43)], "axis = 1"), n.unary("Neg", k)]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def measure(quadruple, name, make):
    network, outputs = make()
    network.write("model.onncir", outputs)
    np.save("x.npy", (np.random.default_rng(3).integers(
        -8, 9, network.input) / 8).astype("f4"))
    pipeline = run("onnc", "-mquadruple=" + quadruple, "--print-pipeline").strip()
    assert re.search(r"\btile\b(?!{)", pipeline), pipeline
    apart = re.sub(r"\btile\b", "tile{zero-copy=false}", pipeline)
    results, copies, peaks = [], [], []
    for passes in apart, pipeline:
        compile = ["onnc", "-mquadruple=" + quadruple, "model.onncir",
                   "--passes=" + passes]
        run(*compile, "--verify-each", "--emit=ir", "-o", "tiled.onncir")
        text = open("tiled.onncir").read()
        copies.append(sum(
            block.count("tile.ForAll") for block in text.split("tile.Block(")
            if re.search(r'name = "(?:concat|split|slice)\w*"', block)))
        peaks.append(int(re.search(r"memory_plan = {.*?\b(?:dram|memory|sram) = "
                                   r"{[^}]*\bpeak = (\d+)", text)[1]))
        shutil.rmtree("program", ignore_errors=True)
        run(*compile, "-o", "program")
        files = [f"{i}.npy" for i in range(len(outputs))]
        saves = [s for o, f in zip(outputs, files) for s in ("-o", f"{o}={f}")]
        interp = [s for o, f in zip(outputs, files)
                  for s in ("-o", f"{o}=i{f}")]
        run("onnc-run", "program", "x.npy", "--compare=interp",
            "--reference=model.onncir", *tolerance(quadruple), *saves)
        # The tile program itself, with every access checked.
        run("onnc-run", "tiled.onncir", "x.npy", *interp)
        results.append([np.load(f) for f in files] +
                       [np.load("i" + f) for f in files])
    same = all((a.view("u4") == b.view("u4")).all() for a, b in zip(*results))
    before, after = peaks
    peak = "lower" if after < before else "higher" if after > before else "same"
    print(f"{name}: {copies[0]} copies -> {copies[1]}, peak {peak}, "
          f"{'same bits' if same else 'other bits'}")


def tolerance(quadruple):
    return ["--rtol=0.02", "--atol=0.02"] if "mlu" in quadruple else []


NETWORKS = {f.__name__: f for f in (fire, inception, dense, shuffle, rows)}
if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        Network.slices = not sys.argv[1].startswith("cortex")
        for name in sys.argv[2:] or NETWORKS:
            measure(sys.argv[1], name, NETWORKS[name])
