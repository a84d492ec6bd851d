#!/usr/bin/env python3
"""Trains the digits network and writes the files of this directory.

A small convolutional network on scikit-learn's digits, 1,797 handwritten
digits of 8 by 8 pixels with 17 grey levels. A fifth of them is held out: it
measures the accuracy, and images.npy is taken from it. One thread and fixed
seeds make every run write the same bytes, given the same PyTorch and processor.

    digits.onnx   image [1,1,8,8] -> probabilities [1,10]; opset 13
    images.npy    float32 [24,1,1,8,8]: 24 held-out images, none of them seen
    labels.npy    int64 [24]: the digits they show

Needs Debian's python3-sklearn, python3-torch and python3-onnx.
"""
import pathlib
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, checker, helper, numpy_helper
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn import functional

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20
EPOCHS = 60
SHOWN = 24
REQUIRED_ACCURACY = 0.98


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.fc = nn.Linear(32 * 2 * 2, 10)

    def forward(self, image):
        """The logits; the exported network adds the softmax."""
        x = functional.max_pool2d(functional.relu(self.conv1(image)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        return self.fc(x.flatten(1))


def train(images, labels):
    network = Digits()
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3,
                                 weight_decay=1e-4)
    batch = 64
    steps = EPOCHS * ((len(images) + batch - 1) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(images)).split(batch):
            optimizer.zero_grad()
            functional.cross_entropy(network(images[chosen]),
                                     labels[chosen]).backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def export(network):
    """The network as ONNX, built by hand so that every name reads well."""
    weights = []

    def constant(name, value):
        weights.append(numpy_helper.from_array(value.detach().numpy(), name))
        return name

    def conv(layer, name, source):
        return helper.make_node(
            "Conv", [source, constant(f"{name}.weight", layer.weight),
                     constant(f"{name}.bias", layer.bias)],
            [f"{name}_out"], name, kernel_shape=[3, 3], pads=[1, 1, 1, 1],
            strides=[1, 1])

    def pool(name, source):
        return helper.make_node("MaxPool", [source], [f"{name}_out"], name,
                                kernel_shape=[2, 2], strides=[2, 2])

    nodes = [
        conv(network.conv1, "conv1", "image"),
        helper.make_node("Relu", ["conv1_out"], ["relu1_out"], "relu1"),
        pool("pool1", "relu1_out"),
        conv(network.conv2, "conv2", "pool1_out"),
        helper.make_node("Relu", ["conv2_out"], ["relu2_out"], "relu2"),
        pool("pool2", "relu2_out"),
        helper.make_node("Flatten", ["pool2_out"], ["features"], "flatten",
                         axis=1),
        helper.make_node("Gemm", ["features",
                                  constant("fc.weight", network.fc.weight),
                                  constant("fc.bias", network.fc.bias)],
                         ["logits"], "fc", transB=1),
        helper.make_node("Softmax", ["logits"], ["probabilities"], "softmax",
                         axis=1),
    ]
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT,
                                       [1, 1, 8, 8])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT,
                                       [1, 10])],
        weights)
    model = helper.make_model(graph, producer_name="examples/digits/train.py",
                              opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    checker.check_model(model, full_check=True)
    return model


def main():
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)

    digits = load_digits()
    images = (digits.images / 16).astype(np.float32).reshape(-1, 1, 8, 8)
    train_x, test_x, train_y, test_y = train_test_split(
        images, digits.target, test_size=0.2, random_state=SEED,
        stratify=digits.target)

    network = train(torch.from_numpy(train_x), torch.from_numpy(train_y))
    with torch.no_grad():
        answers = network(torch.from_numpy(test_x)).argmax(1).numpy()
    accuracy = (answers == test_y).mean()
    print(f"{accuracy:.2%} of {len(test_y)} held-out digits")
    if accuracy < REQUIRED_ACCURACY:
        sys.exit(f"train.py: error: less than {REQUIRED_ACCURACY:.0%}, "
                 "nothing written")

    onnx.save(export(network), HERE / "digits.onnx")
    np.save(HERE / "images.npy", test_x[:SHOWN, np.newaxis])
    np.save(HERE / "labels.npy", test_y[:SHOWN].astype(np.int64))


if __name__ == "__main__":
    main()
