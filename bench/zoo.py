#!/usr/bin/python3
"""Exports convolutional networks with seeded random weights, for bench/zoo.sh.

    bench/zoo.py DIRECTORY [NAME...]

Writes NAME.onnx, NAME.in.npy and NAME.out.npy (PyTorch's answer) into DIRECTORY;
without names, all of them. Needs python3-torchvision. Weights are torchvision's
initialisation from seed 1234; batch normalisations get random parameters and
the moments of one batch, so that activations keep unit variance through any
depth and every layer shows in the result.
"""
import os
import sys
import warnings

import numpy as np
import torch
from torch import nn
import torchvision.models as models

SEED = 1234
OPSET = 13


def conv_block(inputs, outputs, kernel, stride=1):
    return [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(outputs), nn.LeakyReLU(0.1)]


def relu_block(inputs, outputs, kernel, stride=1, groups=1):
    return [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2,
                      groups=groups, bias=False),
            nn.BatchNorm2d(outputs), nn.ReLU()]


def yolo_v1():
    """Redmon et al. 2016, section 2.1: 24 convolutions, 2 dense layers."""
    plan = [(64, 7, 2), "pool", (192, 3), "pool", (128, 1), (256, 3), (256, 1),
            (512, 3), "pool", *[(256, 1), (512, 3)] * 4, (512, 1), (1024, 3),
            "pool", *[(512, 1), (1024, 3)] * 2, (1024, 3), (1024, 3, 2),
            (1024, 3), (1024, 3)]
    layers, channels = [], 3
    for step in plan:
        if step == "pool":
            layers.append(nn.MaxPool2d(2, 2))
        else:
            layers += conv_block(channels, *step)
            channels = step[0]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(7 * 7 * 1024, 4096),
                         nn.LeakyReLU(0.1), nn.Linear(4096, 1470))


def tiny_yolo_v2():
    """Redmon and Farhadi 2017, the small network for 20 classes."""
    layers, channels = [], 3
    for i, outputs in enumerate([16, 32, 64, 128, 256, 512]):
        layers += conv_block(channels, outputs, 3)
        layers += ([nn.MaxPool2d(2, 2)] if i < 5 else
                   [nn.ZeroPad2d((0, 1, 0, 1)), nn.MaxPool2d(2, 1)])
        channels = outputs
    layers += conv_block(512, 1024, 3) + conv_block(1024, 1024, 3)
    return nn.Sequential(*layers, nn.Conv2d(1024, 125, 1))


class InceptionV2Block(nn.Module):
    """Branches side by side: 1x1, 3x3, two of 3x3, and a pool with 1x1."""

    def __init__(self, inputs, single, three, double, pool, projection):
        super().__init__()
        stride = 1 if single else 2
        self.branches = nn.ModuleList()
        if single:
            self.branches.append(nn.Sequential(*relu_block(inputs, single, 1)))
        self.branches.append(nn.Sequential(
            *relu_block(inputs, three[0], 1), *relu_block(*three, 3, stride)))
        self.branches.append(nn.Sequential(
            *relu_block(inputs, double[0], 1), *relu_block(*double, 3),
            *relu_block(double[1], double[1], 3, stride)))
        self.branches.append(nn.Sequential(
            pool(3, stride, 1),
            *(relu_block(inputs, projection, 1) if projection else [])))

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def inception_v2():
    """Ioffe and Szegedy 2015, figure 5, as the Caffe model has it."""
    average, most = nn.AvgPool2d, nn.MaxPool2d
    plan = [(192, 64, (64, 64), (64, 96), average, 32),
            (256, 64, (64, 96), (64, 96), average, 64),
            (320, 0, (128, 160), (64, 96), most, 0),
            (576, 224, (64, 96), (96, 128), average, 128),
            (576, 192, (96, 128), (96, 128), average, 128),
            (576, 160, (128, 160), (128, 160), average, 128),
            (608, 96, (128, 192), (160, 192), average, 128),
            (608, 0, (128, 192), (192, 256), most, 0),
            (1056, 352, (192, 320), (160, 224), average, 128),
            (1024, 352, (192, 320), (192, 224), most, 128)]
    return nn.Sequential(
        *relu_block(3, 64, 7, 2), most(3, 2, 1), *relu_block(64, 64, 1),
        *relu_block(64, 192, 3), most(3, 2, 1),
        *[InceptionV2Block(*step) for step in plan],
        average(7), nn.Flatten(), nn.Linear(1024, 1000))


class ShuffleNetV1Unit(nn.Module):
    GROUPS = 3

    def __init__(self, inputs, outputs, grouped, stride):
        super().__init__()
        middle = outputs // 4
        added = outputs - inputs if stride == 2 else outputs
        self.reduce = nn.Sequential(*relu_block(
            inputs, middle, 1, groups=self.GROUPS if grouped else 1))
        self.expand = nn.Sequential(
            *relu_block(middle, middle, 3, stride, groups=middle)[:-1],
            *relu_block(middle, added, 1, groups=self.GROUPS)[:-1])
        self.pool = nn.AvgPool2d(3, 2, 1) if stride == 2 else None

    def forward(self, x):
        y = models.shufflenetv2.channel_shuffle(self.reduce(x), self.GROUPS)
        y = self.expand(y)
        y = torch.cat([self.pool(x), y], 1) if self.pool else x + y
        return nn.functional.relu(y)


def shufflenet_v1():
    """Zhang et al. 2018, table 1, three groups."""
    layers, channels = [*relu_block(3, 24, 3, 2), nn.MaxPool2d(3, 2, 1)], 24
    for outputs, count in (240, 4), (480, 8), (960, 4):
        for i in range(count):
            layers.append(ShuffleNetV1Unit(channels, outputs, channels != 24,
                                           1 if i else 2))
            channels = outputs
    return nn.Sequential(*layers, nn.AvgPool2d(7), nn.Flatten(),
                         nn.Linear(960, 1000))


def torchvision(name, **options):
    return lambda: getattr(models, name)(weights=None, **options)


# Name: constructor, height and width of the input.
NETWORKS = {
    "squeezenet1_1": (torchvision("squeezenet1_1"), 224),
    "resnet18": (torchvision("resnet18"), 224),
    "mobilenet_v2": (torchvision("mobilenet_v2"), 224),
    "densenet121": (torchvision("densenet121"), 224),
    "inception_v3": (torchvision("inception_v3", aux_logits=False,
                                 transform_input=False, init_weights=False),
                     299),
    "mobilenet_v3_large": (torchvision("mobilenet_v3_large"), 224),
    "shufflenet_v2_x1_0": (torchvision("shufflenet_v2_x1_0"), 224),
    "efficientnet_b0": (torchvision("efficientnet_b0"), 224),
    "resnet50": (torchvision("resnet50"), 224),
    "alexnet": (torchvision("alexnet"), 224),
    "vgg16": (torchvision("vgg16"), 224),
    "vgg19": (torchvision("vgg19"), 224),
    "inception_v2": (inception_v2, 224),
    "shufflenet_v1": (shufflenet_v1, 224),
    "tiny_yolo_v2": (tiny_yolo_v2, 416),
    "yolo_v1": (yolo_v1, 448),
}


def calibrate(model, size):
    """Gives batch normalisations parameters, and the moments of a batch."""
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = None
        norm.reset_running_stats()
        nn.init.uniform_(norm.weight, 0.5, 1.5)
        nn.init.normal_(norm.bias, 0, 0.1)
    if norms:
        model.train()
        model(torch.randn(2, 3, size, size))


def export(directory, name):
    constructor, size = NETWORKS[name]
    torch.manual_seed(SEED)
    model = constructor()
    with torch.no_grad():
        calibrate(model, size)
        model.eval()
        x = torch.randn(1, 3, size, size)
        y = model(x)
        path = os.path.join(directory, name)
        # Batch normalisations stay: folding them is the compiler's work.
        torch.onnx.export(model, x, path + ".onnx", opset_version=OPSET,
                          input_names=["input"], output_names=["output"],
                          training=torch.onnx.TrainingMode.PRESERVE)
    np.save(path + ".in.npy", x.numpy())
    np.save(path + ".out.npy", y.numpy())


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    names = sys.argv[2:] or NETWORKS
    unknown = [name for name in names if name not in NETWORKS]
    if unknown:
        sys.exit(f"unknown networks: {', '.join(unknown)}; "
                 f"known: {', '.join(NETWORKS)}")
    warnings.filterwarnings("ignore")
    os.makedirs(sys.argv[1], exist_ok=True)
    for name in names:
        export(sys.argv[1], name)
        print(name, flush=True)


if __name__ == "__main__":
    main()
