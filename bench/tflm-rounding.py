#!/usr/bin/env python3
"""Why TFLite-Micro's outputs differ from a QDQ model's.

    bench/tflm-rounding.py DIRECTORY

DIRECTORY holds the MLPerf Tiny models (*_int8_qdq.onnx) and what TFLite-Micro
with CMSIS-NN computes (*_tflm_golden.npz). Each model is computed on integers
with three ways to requantize a 32-bit sum:

  exact    the real product with the scales, rounded once, halves to even
  single   a 31-bit multiplier, shifted and rounded once
  double   the same, rounded after the doubled high half of the product and
           again after the shift (CMSIS-NN's arm_nn_requantize; sums and averages
           as in TensorFlow Lite's integer kernels)

Prints how many golden outputs each gives and the largest difference, and how
many elements of single operators differ between exact and double rounding of
the same integers.
"""
import math
import sys

import numpy as np
import onnx
from onnx import numpy_helper


def multiplier(scale):
    """TensorFlow Lite's QuantizeMultiplier: 31 bits and a shift."""
    fraction, exponent = math.frexp(scale)
    fixed = int(math.floor(fraction * (1 << 31) + 0.5))
    if fixed == 1 << 31:
        fixed, exponent = fixed // 2, exponent + 1
    return (fixed, exponent) if exponent >= -31 else (0, 0)


def exact(value, scale):
    return np.rint(value.astype(float) * scale).astype(np.int64)


def single(value, scale):
    fixed, exponent = multiplier(scale)
    shift = 31 - exponent
    return (value * fixed + (1 << (shift - 1))) >> shift


def double(value, scale):
    fixed, exponent = multiplier(scale)
    high = ((value << max(exponent, 0)) * fixed + (1 << 30)) >> 31
    shift = max(-exponent, 0)
    if not shift:
        return high
    mask = (1 << shift) - 1
    return (high >> shift) + ((high & mask) > (mask >> 1) + (high < 0))


def convolve(x, w, strides, pads, groups):
    top, left, bottom, right = pads
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    _, _, rows, columns = w.shape
    height = (x.shape[2] - rows) // strides[0] + 1
    width = (x.shape[3] - columns) // strides[1] + 1
    y = np.zeros((len(x), len(w), height, width), np.int64)
    for row in range(rows):
        for column in range(columns):
            taps = x[
                :,
                :,
                row : row + strides[0] * height : strides[0],
                column : column + strides[1] * width : strides[1],
            ][:, :, :height, :width]
            if groups == 1:
                y += np.einsum("nchw,oc->nohw", taps, w[:, :, row, column])
            else:  # depthwise
                y += taps * w[None, :, 0, row, column, None, None]
    return y


class Model:
    def __init__(self, path):
        self.graph = onnx.load(path).graph
        self.constants = {
            i.name: numpy_helper.to_array(i) for i in self.graph.initializer
        }
        self.producers = {o: n for n in self.graph.node for o in n.output}

    def dequantized(self, name):
        """Integers, scale and zero point of a DequantizeLinear's result."""
        node = self.producers[name]
        scale = self.constants[node.input[1]].astype(float)
        return node.input[0], scale, self.constants[node.input[2]]

    def compute(self, node, values, requantize):
        """What the QuantizeLinear node makes of its operator."""
        scale = float(self.constants[node.input[1]])
        zero = int(self.constants[node.input[2]])
        source, low = self.producers[node.input[0]], -128
        if source.op_type == "Relu":
            source, low = self.producers[source.input[0]], max(zero, -128)
        attrs = {
            a.name: onnx.helper.get_attribute_value(a) for a in source.attribute
        }
        operands = [self.dequantized(i) for i in source.input]
        name, sx, zx = operands[0]
        if source.op_type in ("Conv", "Gemm"):
            x = values[name] - int(zx)
            weights, sw, _ = operands[1]
            w = self.constants[weights].astype(np.int64)
            if source.op_type == "Gemm":
                y = x @ w.T
            else:
                y = convolve(x, w, attrs["strides"], attrs["pads"], attrs["group"])
            bias = self.constants[operands[2][0]].astype(np.int64)
            y += bias.reshape(1, -1, *[1] * (y.ndim - 2))
            for c in range(y.shape[1]):
                y[:, c] = requantize(y[:, c], float(sx) * float(sw[c]) / scale)
        elif source.op_type == "Add":
            other, so, zo = operands[1]
            a, b = values[name] - int(zx), values[other] - int(zo)
            if requantize is exact:
                y = np.rint((a * float(sx) + b * float(so)) / scale).astype(np.int64)
            else:
                twice = 2 * max(float(sx), float(so))
                a = requantize(a << 20, float(sx) / twice)
                b = requantize(b << 20, float(so) / twice)
                y = requantize(a + b, twice / ((1 << 20) * scale))
        elif source.op_type == "AveragePool":
            rows, columns = attrs["kernel_shape"]
            x = values[name]
            n, c, h, w = x.shape
            height, width, count = h // rows, w // columns, rows * columns
            x = x[:, :, : height * rows, : width * columns]
            y = x.reshape(n, c, height, rows, width, columns).sum((3, 5))
            if requantize is exact:
                y = exact(y - count * int(zx), float(sx) / (scale * count))
            else:  # of equal scales, halves away from zero
                y = np.sign(y) * ((np.abs(y) + count // 2) // count) - zero
        elif source.op_type == "Softmax":
            x = values[name] * float(sx)
            e = np.exp(x - x.max(-1, keepdims=True))
            y = np.rint(e / e.sum(-1, keepdims=True) / scale).astype(np.int64)
        else:
            sys.exit(f"unknown operator {source.op_type}")
        return np.clip(y + zero, low, 127)

    def run(self, inputs, requantize, given=None):
        """All integers by name; with `given`, each operator on those."""
        values = dict(given or {self.graph.input[0].name: inputs})
        computed = dict(values)
        for node in self.graph.node:
            y = node.output[0]
            if node.op_type == "Reshape":
                shape = self.constants[node.input[1]]
                computed[y] = values[node.input[0]].reshape(-1, *shape[1:])
            elif node.op_type == "QuantizeLinear":
                computed[y] = self.compute(node, values, requantize)
            if not given and y in computed:
                values[y] = computed[y]
        return computed


def main(directory):
    for name in ("kws", "ic", "vww", "ad"):
        model = Model(f"{directory}/{name}_int8_qdq.onnx")
        golden = np.load(f"{directory}/{name}_tflm_golden.npz")
        inputs = golden["inputs"].astype(np.int64)
        expected = golden["outputs"].astype(int)
        print(name)
        runs = {}
        for requantize in (exact, single, double):
            runs[requantize] = model.run(inputs, requantize)
            y = runs[requantize][model.graph.output[0].name]
            largest = np.abs(y.reshape(expected.shape) - expected).max(axis=1)
            print(
                f"  {requantize.__name__:7} {(largest == 0).sum()} of"
                f" {len(largest)} equal, largest difference {largest.max()}"
            )
        alone = model.run(inputs, exact, given=runs[double])
        pairs = [
            np.abs(alone[n.output[0]] - runs[double][n.output[0]])
            for n in model.graph.node
            if n.op_type == "QuantizeLinear"
        ]
        differing = sum((p != 0).sum() for p in pairs)
        total = sum(p.size for p in pairs)
        print(
            f"  one operator, exact and double: {100 * differing / total:.2f} %"
            f" of {total} elements differ, by {max(p.max() for p in pairs)}"
        )


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(sys.argv[1])
