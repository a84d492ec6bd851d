#!/usr/bin/python3
"""Writes irregularly wired cells as ONNX models, for bench/schedule.py.

    bench/cells.py DIRECTORY [NAME...]

Writes NAME.onnx into DIRECTORY; without names, all of them. Weights are random
from a fixed seed, batch normalisations are folded, so that what is left is
what an importer sees of a trained network.

    darts-normal, darts-reduction   Liu et al., ICLR 2019: the genotype DARTS_V2
                                    at 48 channels, as on ImageNet
    swiftnet-a, -b, -c              cells of the sizes that Ahn et al. (MLSys
                                    2020) give for SwiftNet on person detection:
                                    21, 19 and 22 nodes. The wiring of SwiftNet
                                    wasn't published: it is drawn from a fixed
                                    seed, each node a concatenation of earlier
                                    ones and a convolution
    randwire-ws-N, -er-N, -ba-N     Xie et al., ICCV 2019: the generators of
                                    Watts and Strogatz (32, k 4, p 0.75), Erdos
                                    and Renyi (32, p 0.2), Barabasi and Albert
                                    (32, m 5) from the seed N, 78 channels

`network(cells)` chains cells of darts-normal, for growth curves.
"""
import os
import random
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13


class Cell:
    """An ONNX graph under construction. Values are (name, channels, side)."""

    def __init__(self, name, seed=0):
        self.name, self.rng = name, np.random.default_rng(seed)
        self.nodes, self.weights, self.inputs = [], [], []

    def input(self, channels, side):
        name = "x%d" % len(self.inputs)
        self.inputs.append(helper.make_tensor_value_info(
            name, TensorProto.FLOAT, [1, channels, side, side]))
        return name, channels, side

    def weight(self, *shape):
        name = "w%d" % len(self.weights)
        scale = (np.prod(shape[1:]) or 1) ** -0.5
        data = self.rng.normal(0, scale, shape).astype(np.float32)
        self.weights.append(numpy_helper.from_array(data, name))
        return name

    def add(self, op, inputs, channels, side, **attributes):
        name = "%s_%d" % (op.lower(), len(self.nodes))
        self.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        return name, channels, side

    def relu(self, x):
        return self.add("Relu", [x[0]], x[1], x[2])

    def conv(self, x, channels, kernel=1, stride=1, dilation=1, groups=1):
        pad = dilation * (kernel - 1) // 2
        return self.add(
            "Conv", [x[0], self.weight(channels, x[1] // groups, kernel, kernel),
                     self.weight(channels)],
            channels, (x[2] - 1) // stride + 1, group=groups,
            kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4,
            dilations=[dilation] * 2)

    def separable(self, x, channels, kernel=3, stride=1, dilation=1):
        x = self.conv(x, x[1], kernel, stride, dilation, groups=x[1])
        return self.conv(x, channels)

    def concat(self, values):
        return self.add("Concat", [v[0] for v in values],
                        sum(v[1] for v in values), values[0][2], axis=1)

    def sum(self, values):
        if len(values) == 1:
            return values[0]
        return self.add("Add" if len(values) == 2 else "Sum",
                        [v[0] for v in values], *values[0][1:])

    def sort(self):
        """The order in which Keras exports: by distance from the outputs, the
        farthest first."""
        depth = {}
        for node in reversed(self.nodes):
            own = depth.setdefault(node.output[0], 0)
            for name in node.input:
                depth[name] = max(depth.get(name, 0), own + 1)
        self.nodes.sort(key=lambda node: -depth[node.output[0]])

    def model(self, outputs):
        self.sort()
        infos = [helper.make_tensor_value_info(
            name, TensorProto.FLOAT, [1, channels, side, side])
            for name, channels, side in outputs]
        graph = helper.make_graph(self.nodes, self.name, self.inputs, infos,
                                  self.weights)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = 7
        onnx.checker.check_model(model)
        return model


# DARTS -----------------------------------------------------------------------

DARTS_NORMAL = [("sep", 0), ("sep", 1), ("sep", 0), ("sep", 1), ("sep", 1),
                ("skip", 0), ("skip", 0), ("dil", 2)]
DARTS_REDUCTION = [("max", 0), ("max", 1), ("skip", 2), ("max", 1), ("max", 0),
                   ("skip", 2), ("skip", 2), ("max", 1)]


def darts_operation(cell, kind, x, stride):
    channels = x[1]
    if kind == "sep":
        x = cell.separable(cell.relu(x), channels, 3, stride)
        return cell.separable(cell.relu(x), channels, 3)
    if kind == "dil":
        return cell.separable(cell.relu(x), channels, 3, stride, 2)
    if kind == "max":
        return cell.add("MaxPool", [x[0]], channels, (x[2] - 1) // stride + 1,
                        kernel_shape=[3, 3], strides=[stride] * 2,
                        pads=[1] * 4)
    if stride == 1:
        return x
    # Factorized reduction; the second half sees the image shifted by one.
    x = cell.relu(x)
    return cell.concat([cell.conv(x, channels // 2, 1, 2),
                        cell.conv(x, channels - channels // 2, 1, 2)])


def darts_body(cell, genotype, states, stride):
    states = list(states)
    for step in range(4):
        pair = genotype[2 * step:2 * step + 2]
        states.append(cell.sum([
            darts_operation(cell, kind, states[i], stride if i < 2 else 1)
            for kind, i in pair]))
    return cell.concat(states[2:])


def preprocess(cell, x, channels):
    return cell.conv(cell.relu(x), channels)


def darts(name, genotype, stride):
    """One period of the network, cut behind the preprocessing: each cell's
    result is preprocessed twice, for the next cell and the one after."""
    cell, channels = Cell(name), 48 * stride
    states = [cell.input(channels, 28), cell.input(channels, 28)]
    x = darts_body(cell, genotype, states, stride)
    return cell.model([preprocess(cell, x, channels),
                       preprocess(cell, x, channels)])


def network(cells):
    """Cells of darts-normal, each fed by the two before it."""
    cell = Cell("darts-%d" % cells)
    before = last = cell.input(48, 28)
    for _ in range(cells):
        states = [preprocess(cell, x, 48) for x in (before, last)]
        before, last = last, darts_body(cell, DARTS_NORMAL, states, 1)
    return cell.model([last])


# SwiftNet --------------------------------------------------------------------

def swiftnet(name, nodes, channels, side, seed):
    """Of `nodes` nodes a third concatenate; the others convolve."""
    rng, cell = random.Random(seed), Cell(name, seed)
    values = [cell.conv(cell.input(channels, side), channels, 1)]
    used = set()
    while len(cell.nodes) < nodes - 2:
        sources = rng.sample(values, min(len(values), rng.choice([1, 1, 2, 3])))
        unused = [v for v in values if v[0] not in used | {s[0] for s in sources}]
        if len(unused) > 4:
            sources.append(unused[0])
        used.update(s[0] for s in sources)
        x = sources[0] if len(sources) == 1 else cell.concat(sources)
        if rng.random() < 0.4:
            x = cell.conv(x, x[1], 3, groups=x[1])
        values.append(cell.conv(x, rng.choice([channels // 2, channels])))
    last = cell.concat([v for v in values if v[0] not in used])
    return cell.model([cell.conv(last, channels)])


# RandWire --------------------------------------------------------------------

def watts_strogatz(n, k, p, rng):
    edges = {(min(i, (i + j) % n), max(i, (i + j) % n))
             for j in range(1, k // 2 + 1) for i in range(n)}
    for j in range(1, k // 2 + 1):
        for i in range(n):
            edge = (min(i, (i + j) % n), max(i, (i + j) % n))
            if rng.random() >= p or edge not in edges:
                continue
            free = [o for o in range(n) if o != i and
                    (min(i, o), max(i, o)) not in edges]
            edges.remove(edge)
            other = rng.choice(free)
            edges.add((min(i, other), max(i, other)))
    return edges


def erdos_renyi(n, p, rng):
    return {(i, j) for i in range(n) for j in range(i + 1, n)
            if rng.random() < p}


def barabasi_albert(n, m, rng):
    edges, ends = set(), list(range(m))
    for new in range(m, n):
        chosen = set()
        while len(chosen) < m:
            chosen.add(rng.choice(ends))
        edges.update((old, new) for old in chosen)
        ends += [*sorted(chosen), *[new] * m]
    return edges


def randwire(name, edges, n, channels=78, side=32, seed=0):
    """Edges go from the lower to the higher number. A node sums what comes in
    (its weights are part of that sum), then ReLU and a separable convolution."""
    cell = Cell(name, seed)
    x = cell.input(channels // 2, side)
    before = {i: sorted(a for a, b in edges if b == i) for i in range(n)}
    values = {}
    for i in range(n):
        source = cell.sum([values[j] for j in before[i]]) if before[i] else x
        values[i] = cell.separable(cell.relu(source), channels, 3,
                                   1 if before[i] else 2)
    ends = [i for i in range(n) if all(a != i for a, _ in edges)]
    return cell.model([cell.sum([values[i] for i in ends])])


def make_cells():
    cells = {
        "darts-normal": lambda n: darts(n, DARTS_NORMAL, 1),
        "darts-reduction": lambda n: darts(n, DARTS_REDUCTION, 2),
        "swiftnet-a": lambda n: swiftnet(n, 21, 32, 28, 1),
        "swiftnet-b": lambda n: swiftnet(n, 19, 48, 14, 2),
        "swiftnet-c": lambda n: swiftnet(n, 22, 64, 7, 3),
    }
    for seed in (1, 2):
        cells["randwire-ws-%d" % seed] = lambda n, s=seed: randwire(
            n, watts_strogatz(32, 4, 0.75, random.Random(s)), 32)
        cells["randwire-er-%d" % seed] = lambda n, s=seed: randwire(
            n, erdos_renyi(32, 0.2, random.Random(s)), 32)
        cells["randwire-ba-%d" % seed] = lambda n, s=seed: randwire(
            n, barabasi_albert(32, 5, random.Random(s)), 32)
    return cells


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    cells = make_cells()
    for name in sys.argv[2:] or cells:
        if name not in cells:
            sys.exit("no cell '%s'; there are %s" % (name, ", ".join(cells)))
        onnx.save(cells[name](name), os.path.join(sys.argv[1], name + ".onnx"))


if __name__ == "__main__":
    main()
