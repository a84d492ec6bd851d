#!/usr/bin/env python3
"""Prints ImageCases.inc: one small image in many formats, and for those that
lose something what Pillow makes of them.

    image-cases.py > ImageCases.inc
"""

import io
import struct
import zlib

import numpy as np
import PIL
from PIL import Image

W, H = 7, 5
R, C = np.mgrid[0:H, 0:W]
PIXELS = np.stack([C * 40, R * 60, (C * R * 8 + 5)], -1).astype(np.uint8)
RGB = Image.fromarray(PIXELS)
GRAY = RGB.convert("L")


def data(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def hexes(name, value):
    print("static constexpr uint8_t %s[] = {" % name)
    for i in range(0, len(value), 12):
        row = value[i:i + 12]
        print("    %s," % ", ".join("0x%02x" % b for b in row))
    print("};")


def chunk(kind, body):
    return (struct.pack(">I", len(body)) + kind + body +
            struct.pack(">I", zlib.crc32(kind + body)))


def png16():
    """16 bits a sample, which Pillow doesn't write: the low byte is noise."""
    rows = b"".join(
        b"\0" + b"".join(struct.pack(">H", int(v) << 8 | 0x5a) for v in row)
        for row in PIXELS.reshape(H, -1))
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, 16, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def rle8():
    """A BMP of runs, plain stretches, a move and row ends; 4 by 3, gray."""
    palette = b"".join(bytes([i, i, i, 0]) for i in range(256))
    body = (b"\x02\x0a\x02\x14\0\0"          # bottom: 10 10 20 20
            b"\0\x03\x01\x02\x03\0\x01\x04\0\0"  # middle: 1 2 3, padded, 4
            b"\0\x02\x02\0\x02\x63\0\x01")       # top: two skipped, 99 99
    offset = 54 + len(palette)
    return (b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset) +
            struct.pack("<IiiHHIIiiII", 40, 4, 3, 1, 8, 1, len(body), 0, 0, 0,
                        0) + palette + body)


def rgb565():
    """A top-down BMP of 16 bits by masks; 2 by 1: red and half of green."""
    body = struct.pack("<HH", 0xf800, 0x0400)
    return (b"BM" + struct.pack("<IHHI", 70, 0, 0, 66) +
            struct.pack("<IiiHHIIiiII", 40, 2, -1, 1, 16, 3, 4, 0, 0, 0, 0) +
            struct.pack("<III", 0xf800, 0x07e0, 0x001f) + body)


print("// Made by image-cases.py with Pillow %s; don't edit." % PIL.__version__)
hexes("pixels", PIXELS.tobytes())
hexes("grayPixels", np.asarray(GRAY).tobytes())
alpha = RGB.copy()
alpha.putalpha(GRAY)
PLAIN = {
    "bmp": data(RGB, "BMP"),
    "png": data(RGB, "PNG"),
    "pngAlpha": data(alpha, "PNG"),
    "png16": png16(),
    "ppm": data(RGB, "PPM"),
    "tiff": data(RGB, "TIFF"),
    "tiffLzw": data(RGB, "TIFF", compression="tiff_lzw"),
    "webp": data(RGB, "WEBP", lossless=True),
    "jpeg2000": data(RGB, "JPEG2000"),
    "j2k": data(RGB, "JPEG2000", no_jp2=True),
}
GRAYS = {
    "bmpGray": data(GRAY, "BMP"),
    "pngGray": data(GRAY, "PNG"),
    "pgm": data(GRAY, "PPM"),
    "tiffGray": data(GRAY, "TIFF"),
    "jpeg2000Gray": data(GRAY, "JPEG2000"),
}
LOSSY = {
    "jpeg": data(RGB, "JPEG"),
    "jpegProgressive": data(RGB, "JPEG", progressive=True, quality=40),
    "jpegGray": data(GRAY, "JPEG"),
    "jpegInks": data(RGB.convert("CMYK"), "JPEG"),
    "pngPalette": data(RGB.quantize(5), "PNG"),
    "bmpPalette": data(RGB.quantize(3), "BMP"),
    "bmpBits": data(RGB.convert("1"), "BMP"),
    "pbm": data(RGB.convert("1"), "PPM"),
    "webpLossy": data(RGB, "WEBP"),
    "tiffPalette": data(RGB.quantize(5), "TIFF"),
    "bmpRuns": rle8(),
    "bmpMasks": rgb565(),
}
for group in (PLAIN, GRAYS, LOSSY):
    for name, value in group.items():
        hexes(name, value)
for name, value in LOSSY.items():
    if name in ("bmpRuns", "bmpMasks"):
        continue
    hexes(name + "Pixels",
          np.asarray(Image.open(io.BytesIO(value)).convert("RGB")).tobytes())
print("static const std::pair<llvm::StringRef, Bytes> plain[] = {")
for name in PLAIN:
    print('    {"%s", %s},' % (name, name))
print("};\nstatic const std::pair<llvm::StringRef, Bytes> grays[] = {")
for name in GRAYS:
    print('    {"%s", %s},' % (name, name))
print("};\nstatic const std::tuple<llvm::StringRef, Bytes, Bytes> lossy[] = {")
for name in LOSSY:
    if name not in ("bmpRuns", "bmpMasks"):
        print('    {"%s", %s, %sPixels},' % (name, name, name))
print("};")
