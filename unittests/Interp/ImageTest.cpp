//===- ImageTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Images/Images.h"
#include "InterpFixture.h"
#include "Kernel.h"
#include "llvm/ADT/StringExtras.h"
#include <random>

using namespace onnc;
using namespace onnc::interp;

#include "Inputs/ImageCases.inc"

static constexpr int64_t imageHeight = 5, imageWidth = 7;

namespace {
class ImageTest : public InterpFixture {
protected:
  static TensorValue stream(Bytes bytes) {
    return u8({int64_t(bytes.size())}, bytes.vec());
  }
  void expectPixels(llvm::StringRef name, Bytes file, Bytes expected,
                    llvm::StringRef format = "RGB") {
    SCOPED_TRACE(name.str());
    const int64_t channels = format == "Grayscale" ? 1 : 3;
    expectOp("onnx.ImageDecoder", {stream(file)},
             "{pixel_format = \"" + format.str() + "\"}",
             u8({imageHeight, imageWidth, channels}, expected.vec()));
  }
  std::string decodeError(Bytes file) {
    return opError("onnx.ImageDecoder", {stream(file)}, "", "tensor<*xu8>");
  }
};
} // namespace

TEST_F(ImageTest, KeepsPixels) {
  for (auto [name, file] : plain)
    expectPixels(name, file, pixels);
}

TEST_F(ImageTest, KeepsGray) {
  std::vector<uint8_t> repeated;
  for (uint8_t value : grayPixels)
    repeated.insert(repeated.end(), 3, value);
  for (auto [name, file] : grays) {
    expectPixels(name, file, repeated);
    expectPixels(name, file, grayPixels, "Grayscale");
  }
}

TEST_F(ImageTest, DecodesAsPillowDoes) {
  for (auto [name, file, expected] : lossy)
    expectPixels(name, file, expected);
}

TEST_F(ImageTest, PixelFormats) {
  std::vector<uint8_t> reversed(std::begin(pixels), std::end(pixels));
  for (size_t i = 0; i != reversed.size(); i += 3)
    std::swap(reversed[i], reversed[i + 2]);
  expectPixels("BGR", png, reversed, "BGR");
  expectPixels("gray", png, grayPixels, "Grayscale");
}

TEST_F(ImageTest, BmpVariants) {
  expectOp("onnx.ImageDecoder", {stream(bmpRuns)},
           "{pixel_format = \"Grayscale\"}",
           u8({3, 4, 1}, {0, 0, 99, 99, 1, 2, 3, 4, 10, 10, 20, 20}));
  expectOp("onnx.ImageDecoder", {stream(bmpMasks)}, "",
           u8({1, 2, 3}, {255, 0, 0, 0, 129, 0}));
}

TEST_F(ImageTest, PnmVariants) {
  auto decode = [&](llvm::StringRef text, llvm::ArrayRef<int64_t> shape,
                    std::vector<uint8_t> expected) {
    expectOp("onnx.ImageDecoder", {stream(llvm::arrayRefFromStringRef(text))},
             "", u8(shape, std::move(expected)));
  };
  decode("P3 # three inks\n2 1\n3\n0 1 3  3 0 2\n", {1, 2, 3},
         {0, 85, 255, 255, 0, 170});
  decode("P2 1 2 15 15 0", {2, 1, 3}, {255, 255, 255, 0, 0, 0});
  decode("P1 2 1 01", {1, 2, 3}, {255, 255, 255, 0, 0, 0});
  decode(llvm::StringRef("P5 1 1 65535 \x80\x00", 15), {1, 1, 3},
         {128, 128, 128});
}

TEST_F(ImageTest, Rejects) {
  auto bytes = [](llvm::StringRef text) {
    return llvm::arrayRefFromStringRef(text);
  };
  EXPECT_NE(decodeError(bytes("GIF89a")).find("those of no image"),
            std::string::npos);
  EXPECT_NE(decodeError({}).find("those of no image"), std::string::npos);
  EXPECT_NE(
      decodeError(bytes("P6 2000000000 2000000000 255\n")).find("ends early"),
      std::string::npos);
  EXPECT_NE(decodeError(bytes("P6 0 2000000000 255\n")).find("no pixels"),
            std::string::npos);
  // A header that claims 65280 by 65280 pixels.
  std::vector<uint8_t> huge(std::begin(jpeg), std::end(jpeg));
  for (size_t i = 0; i + 9 < huge.size(); ++i)
    if (huge[i] == 0xff && huge[i + 1] == 0xc0) {
      for (size_t k = 5; k != 9; ++k)
        huge[i + k] = k % 2 ? 0xff : 0x00;
      break;
    }
  RunOptions options;
  options.byteLimit = 1 << 30;
  EXPECT_NE(
      opError("onnx.ImageDecoder", {stream(huge)}, "", "tensor<*xu8>", options)
          .find("exceeds the limit"),
      std::string::npos);
}

/// Whatever is cut off or changed, decoders return.
TEST_F(ImageTest, SurvivesDamage) {
  std::vector<std::pair<llvm::StringRef, Bytes>> files(std::begin(plain),
                                                       std::end(plain));
  files.insert(files.end(), std::begin(grays), std::end(grays));
  for (auto [name, file, expected] : lossy)
    files.push_back({name, file});
  files.push_back({"bmpRuns", bmpRuns});
  std::mt19937 random(1);
  unsigned failures = 0;
  auto decode = [&](Bytes file) {
    std::vector<uint8_t> memory;
    llvm::Error error = decodeImage(
        file, [&](int64_t height, int64_t width) -> llvm::Expected<uint8_t *> {
          if (height > 1000 || width > 1000)
            return fail("too large");
          memory.resize(height * width * 3);
          return memory.data();
        });
    failures += bool(error);
    llvm::consumeError(std::move(error));
  };
  for (auto [name, file] : files) {
    SCOPED_TRACE(name.str());
    for (size_t size = 0; size < file.size(); size += 1 + size / 16)
      decode(file.take_front(size));
    for (int i = 0; i != 200; ++i) {
      std::vector<uint8_t> changed = file.vec();
      for (int k = 0; k != 1 + i % 4; ++k)
        changed[random() % changed.size()] = random();
      decode(changed);
    }
  }
  EXPECT_GT(failures, 500u);
}
