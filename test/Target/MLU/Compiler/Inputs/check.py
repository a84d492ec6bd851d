"""Prepares foreign data and checks answers, for the tests beside.

    check.py images IMAGES.npz OUT.npy     greyscale images, one run each
    check.py labels IMAGES.npz ANSWERS.npy  prints how many are right
    check.py ramp OUT.npy DIM...           0, 1/n, 2/n, … as FP32
    check.py equal ANSWER.npy GOLDEN.pb ERROR
                                           ERROR is of the largest element
"""
import sys

import numpy as np


def images(archive, out):
    pixels = np.load(archive)["images"].astype(np.float32)
    np.save(out, pixels[:, None, None])


def labels(archive, answers):
    answers = np.load(answers)
    right = answers.reshape(len(answers), -1).argmax(1) == np.load(archive)["labels"]
    print(f"{right.sum()} of {len(right)} right")


def ramp(out, *dims):
    shape = [int(dim) for dim in dims]
    count = np.prod(shape)
    np.save(out, (np.arange(count) / count).astype(np.float32).reshape(shape))


def equal(answer, golden, error):
    answer = np.load(answer)
    with open(golden, "rb") as file:
        # The elements come last in these files.
        expected = np.frombuffer(file.read()[-4 * answer.size:], "<f4")
    difference = np.abs(answer.ravel() - expected).max() / np.abs(expected).max()
    if not difference <= float(error):
        sys.exit(f"the answer differs by {difference} of the largest element")


globals()[sys.argv[1]](*sys.argv[2:])
