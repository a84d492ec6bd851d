#!/usr/bin/python3
"""Prepares ONNX's light models for bench/run-networks.py.

    bench/light.py SOURCE DIRECTORY

SOURCE holds light_NAME.onnx and light_NAME_output_0.pb, from the tests of the
onnx package: well-known networks whose weights are ConstantOfShape. Writes into
DIRECTORY each as it is, with the input that the tests use (0, 1/n, 2/n, …) and
the answer; and NAME-scaled, without the last Softmax and with weights of one
over the number of products that are summed: the weights as they are carry
activations beyond what FP16 holds, and Softmax of equal numbers tells little.
Needs python3-onnx.
"""
import glob
import os
import sys

import numpy as np
import onnx
from onnx import numpy_helper


def get_weights(model):
    """The nodes and positions that read each ConstantOfShape."""
    constants = {n.output[0]: n for n in model.graph.node
                 if n.op_type == "ConstantOfShape"}
    for node in model.graph.node:
        for position, name in enumerate(node.input):
            if name in constants:
                yield constants[name], node, position


def scale(model):
    shapes = {t.name: numpy_helper.to_array(t)
              for t in model.graph.initializer if t.data_type == 7}
    for constant, node, position in get_weights(model):
        shape = shapes[constant.input[0]]
        value = 0.0
        if node.op_type in ("Conv", "Gemm") and position == 1:
            value = 1.0 / np.prod(shape[1:])
        elif node.op_type == "BatchNormalization" and position == 1:
            value = 0.5  # So that sums of residual blocks stay small.
        elif node.op_type == "BatchNormalization" and position == 4:
            value = 1.0
        del constant.attribute[:]
        constant.attribute.append(onnx.helper.make_attribute(
            "value", numpy_helper.from_array(np.array([value], np.float32))))
    last = model.graph.node[-1]
    if last.op_type == "Softmax":
        model.graph.output[0].name = last.input[0]
        model.graph.node.remove(last)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, directory = sys.argv[1:]
    os.makedirs(directory, exist_ok=True)
    for path in sorted(glob.glob(os.path.join(source, "light_*.onnx"))):
        name = os.path.basename(path)[len("light_"):-len(".onnx")]
        model = onnx.load(path)
        given = {t.name for t in model.graph.initializer}
        (value,) = [i for i in model.graph.input if i.name not in given]
        shape = [d.dim_value for d in value.type.tensor_type.shape.dim]
        count = np.prod(shape)
        x = (np.arange(count) / count).astype(np.float32).reshape(shape)
        answer = onnx.TensorProto()
        with open(path[:-len(".onnx")] + "_output_0.pb", "rb") as f:
            answer.ParseFromString(f.read())
        out = os.path.join(directory, name)
        onnx.save(model, out + ".onnx")
        np.save(out + ".in.npy", x)
        np.save(out + ".out.npy", numpy_helper.to_array(answer))
        scale(model)
        onnx.save(model, out + "-scaled.onnx")
        np.save(out + "-scaled.in.npy", x)


if __name__ == "__main__":
    main()
