"""Inputs and comparisons for quantized models.

    quantized.py inputs GOLDEN.npz X.npy     inputs of a golden file, each alone
    quantized.py words INPUTS.npy X.npy      those of keyword spotting
    quantized.py compare X.npy Y.npy         how two outputs differ
    quantized.py golden Y.npy GOLDEN.npz     the same for the golden outputs
    quantized.py accuracy Y.npy LABELS.npy   how many labels are right
"""
import sys

import numpy as np


def compare(x, y):
    x = x.reshape(len(x), -1).astype(int)
    y = y.reshape(len(y), -1).astype(int)
    largest = np.abs(x - y).max(axis=1)
    print(f"{(largest == 0).sum()} of {len(x)} outputs are equal,", end=" ")
    print(f"the largest difference is {largest.max()}")


command, first, second = sys.argv[1:]
if command == "inputs":
    x = np.load(first)["inputs"]
    np.save(second, x[:, np.newaxis])
elif command == "words":
    np.save(second, np.load(first).reshape(-1, 1, 1, 49, 10))
elif command == "compare":
    compare(np.load(first), np.load(second))
elif command == "golden":
    compare(np.load(first), np.load(second)["outputs"])
elif command == "accuracy":
    y, labels = np.load(first), np.load(second)
    right = y.reshape(len(labels), -1).argmax(axis=1) == labels
    print(f"{right.sum()} of {len(labels)} are right")
else:
    sys.exit(f"unknown command {command}")
