#!/usr/bin/env python3
"""Prints images in the terminal beside what a classifier says about them.

    show.py images.npy answers.npy [--labels labels.npy] [--compare other.npy]

images.npy holds grey images, their rows and columns last; the axes before
them count images. answers.npy holds for each image either the scores of all
classes, of which the highest is the answer, or the number of a class.
--labels says which answers are right. --compare says whether another run, on
another machine say, gives the same answers.

Exit status: 0; 1 if the compared answers differ, or one of them is not a
number; 2 if a file can't be used. A wrong answer is no error of the machine
that computed it, so labels don't change it.

Needs nothing but Python.
"""
import argparse
import ast
import math
import os
import shutil
import signal
import struct
import sys

FORMATS = {"b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B",
           "u2": "H", "u4": "I", "u8": "Q", "f2": "e", "f4": "f", "f8": "d"}


class BadFile(Exception):
    pass


class Array:
    """The shape and the elements, row-major, of an .npy file of numbers."""

    def __init__(self, path):
        try:
            with open(path, "rb") as file:
                contents = file.read()
        except OSError as error:
            raise BadFile(f"{path}: {error.strerror}") from None
        try:
            self.shape, self.values = self.parse(contents)
        except (ValueError, KeyError, TypeError, SyntaxError,
                struct.error) as error:
            raise BadFile(f"{path}: not an .npy file of numbers in C order "
                          f"({error})") from None

    @staticmethod
    def parse(contents):
        if contents[:6] != b"\x93NUMPY":
            raise ValueError("no magic string")
        length = struct.Struct("<H" if contents[6] == 1 else "<I")
        begin = 8 + length.size
        end = begin + length.unpack_from(contents, 8)[0]
        header = ast.literal_eval(contents[begin:end].decode())
        shape = header["shape"]
        descr = header["descr"]
        if header["fortran_order"] and len(shape) > 1:
            raise ValueError("Fortran order")
        order = ">" if descr[0] == ">" else "<"
        layout = f"{order}{math.prod(shape)}{FORMATS[descr[1:]]}"
        return shape, struct.unpack(layout, contents[end:])


def read_images(path):
    """A list of images, each a list of rows of numbers from 0 to 1."""
    array = Array(path)
    if len(array.shape) < 2 or 0 in array.shape:
        raise BadFile(f"{path}: shape {array.shape} holds no images")
    height, width = array.shape[-2:]
    low, high = min(array.values), max(array.values)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise BadFile(f"{path}: an image holds a number that isn't finite")
    scale = 1 / (high - low) if high > low else 1
    pixels = [(value - low) * scale for value in array.values]
    rows = [pixels[i:i + width] for i in range(0, len(pixels), width)]
    return [rows[i:i + height] for i in range(0, len(rows), height)]


class Answers:
    """For each of count images its scores and its class; the class of scores
    that hold NaN is None, which equals nothing."""

    def __init__(self, path, count):
        array = Array(path)
        classes, rest = divmod(len(array.values), count)
        if rest or classes == 0:
            raise BadFile(f"{path}: {len(array.values)} values are not the "
                          f"answers for {count} images")
        self.scores = [array.values[i:i + classes]
                       for i in range(0, len(array.values), classes)]
        self.classes = [self.answer(scores) for scores in self.scores]

    @staticmethod
    def answer(scores):
        if any(math.isnan(score) for score in scores):
            return None
        if len(scores) == 1:
            return int(scores[0])
        return scores.index(max(scores))

    def largest_difference(self, other):
        """Between scores of finite numbers; None where there are others."""
        pairs = [(mine, theirs)
                 for row in zip(self.scores, other.scores)
                 for mine, theirs in zip(*row)]
        if (len(self.scores[0]) != len(other.scores[0])
                or not all(map(math.isfinite, (x for p in pairs for x in p)))):
            return None
        return max(abs(mine - theirs) for mine, theirs in pairs)

    def agreements(self, other):
        return sum(mine is not None and mine == theirs
                   for mine, theirs in zip(self.classes, other.classes))


def choose_style():
    """Shades of grey in a terminal; halves of characters where there is
    Unicode; ASCII."""
    try:
        "▀▄█".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "ascii"
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return "grey" if sys.stdout.isatty() and not plain else "blocks"


def draw(image, style):
    """The image as lines of text, all of the same width on the screen."""
    if style == "ascii":
        ramp = " .:-=+*#%@"
        return ["".join(ramp[round(pixel * 9)] * 2 for pixel in row)
                for row in image]
    blank = [0.0] * len(image[0])
    lines = []
    for i in range(0, len(image), 2):
        lower = image[i + 1] if i + 1 < len(image) else blank
        pairs = zip(image[i], lower)
        if style == "grey":  # of xterm's 24
            lines.append("".join(
                f"\033[38;5;{232 + round(top * 23)};"
                f"48;5;{232 + round(bottom * 23)}m▀"
                for top, bottom in pairs) + "\033[0m")
        else:
            lines.append("".join(
                " ▄▀█"[(top >= 0.5) * 2 + (bottom >= 0.5)]
                for top, bottom in pairs))
    return lines


def show(answer):
    return "NaN" if answer is None else str(answer)


def caption(index, answers, labels, other):
    """What stands beside an image, a line each."""
    answer = answers.classes[index]
    scores = answers.scores[index]
    lines = ["", f"{show(answer)}"]
    if answer is not None and len(scores) > 1 and 0 <= max(scores) <= 1.001:
        lines[-1] += f" {min(max(scores), 1):4.0%}"
    if labels and answer != labels.classes[index]:
        lines.append(f"is a {show(labels.classes[index])}")
    if other and (answer is None or answer != other.classes[index]):
        lines.append(f"vs. {show(other.classes[index])}")
    return lines


def print_all(images, captions, style, columns):
    caption_width = max(len(line) for lines in captions for line in lines)
    image_width = len(images[0][0]) * (2 if style == "ascii" else 1)
    per_row = max(1, columns // (image_width + caption_width + 4))
    for first in range(0, len(images), per_row):
        cells = [(draw(image, style), lines)
                 for image, lines in zip(images[first:first + per_row],
                                         captions[first:first + per_row])]
        height = max(len(part) for cell in cells for part in cell)
        for i in range(height):
            print("   ".join(
                f"{drawing[i] if i < len(drawing) else ' ' * image_width} "
                f"{lines[i] if i < len(lines) else '':{caption_width}}"
                for drawing, lines in cells).rstrip())
        print()


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # show.py … | head
    parser = argparse.ArgumentParser(
        description="Prints images beside a classifier's answers.")
    parser.add_argument("images", metavar="images.npy")
    parser.add_argument("answers", metavar="answers.npy",
                        help="class scores, or a class, for each image")
    parser.add_argument("--labels", metavar="labels.npy",
                        help="the right classes")
    parser.add_argument("--compare", metavar="other.npy",
                        help="the answers of another run")
    options = parser.parse_args()
    try:
        images = read_images(options.images)
        count = len(images)
        answers = Answers(options.answers, count)
        labels = options.labels and Answers(options.labels, count)
        other = options.compare and Answers(options.compare, count)
    except BadFile as error:
        print(f"show.py: error: {error}", file=sys.stderr)
        return 2

    captions = [caption(i, answers, labels, other) for i in range(count)]
    print_all(images, captions, choose_style(),
              shutil.get_terminal_size().columns)
    if labels:
        print(f"{answers.agreements(labels)} of {count} answers are right")
    if not other:
        return 0
    same = answers.agreements(other)
    difference = answers.largest_difference(other)
    print(f"{same} of {count} answers agree with {options.compare}"
          + ("" if difference is None else
             f", scores within {difference:.2g}"))
    return 0 if same == count else 1


if __name__ == "__main__":
    sys.exit(main())
