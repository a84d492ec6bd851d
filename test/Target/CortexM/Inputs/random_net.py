"""Writes a random network of windows, and an input: random_net.py SEED OUT X.npy

Weights and inputs are small integers, so that sums don't depend on the order.
"""
import sys

import numpy as np

seed, out, array = sys.argv[1:]
rng = np.random.default_rng(int(seed))
lines, count = [], 0
shape = (int(rng.integers(2, 5)), int(rng.integers(17, 30)), int(rng.integers(9, 20)))
network_input = shape


def tensor(s):
    return "tensor<1x" + "x".join(map(str, s)) + "xf32>"


def emit(op, operands, attributes, result):
    global count
    count += 1
    attributes = ", ".join(f"{k} = {v}" for k, v in attributes.items())
    lines.append(f"  %t{count} = onnx.{op}({operands}) {{{attributes}}} -> "
                 f'{tensor(result)} loc("{op.lower()}{count}")')
    return f"%t{count}"


def window(op, x, s, channels=None, depthwise=False):
    """A convolution or pool with any borders, strides and dilations."""
    while True:
        kernel = [int(rng.integers(1, 4)) for _ in range(2)]
        strides = [int(rng.integers(1, 3)) for _ in range(2)]
        pads = [int(rng.integers(0, k)) for k in kernel * 2]
        dilations = [1, 1] if "Pool" in op else [int(rng.integers(1, 3)) for _ in range(2)]
        sizes = [(n + pads[i] + pads[i + 2] - dilations[i] * (kernel[i] - 1) - 1)
                 // strides[i] + 1 for i, n in enumerate(s[1:])]
        if min(sizes) > 2:
            break
    attributes = {"kernel_shape": kernel, "strides": strides, "pads": pads}
    if "Pool" in op:
        return emit(op, x, attributes, (s[0], *sizes)), (s[0], *sizes)
    attributes["dilations"] = dilations
    if depthwise:
        channels, attributes["group"] = s[0], s[0]
    w = (channels, 1 if depthwise else s[0], *kernel)
    values = ", ".join(f"{v}.0" for v in rng.integers(-2, 3, int(np.prod(w))))
    name = f"%w{count}"
    dims = "x".join(map(str, w))
    lines.append(f"  {name} = onnx.Constant() {{value = dense<tensor<{dims}xf32>, "
                 f"[{values}]>}} -> tensor<{dims}xf32>")
    return emit(op, f"{x}, {name}", attributes, (channels, *sizes)), (channels, *sizes)


x = "%x"
for step in range(int(rng.integers(4, 8))):
    kind = 0 if step == 0 else int(rng.integers(0, 5))
    if kind <= 1:
        x, shape = window("Conv", x, shape, int(rng.integers(4, 17)))
        if kind:
            x = emit("Relu", x, {}, shape)
    elif kind == 2:
        x, shape = window("Conv", x, shape, depthwise=True)
    elif kind == 3:
        x, shape = window("MaxPool", x, shape)
    else:
        # A branch that joins again.
        a = emit("Relu", x, {}, shape)
        b = emit("Neg", x, {}, shape)
        x = emit("Add", f"{a}, {b}", {}, shape)
    if shape[1] < 5:
        break
with open(out, "w") as f:
    f.write("module @random properties [imported]\ngraph @main(%x: " + tensor(network_input) +
            ') -> ("y") {\n' + "\n".join(lines) + f"\n  return({x})\n}}\n")
np.save(array, rng.integers(-3, 4, (1, *network_input)).astype(np.float32))
