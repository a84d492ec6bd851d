//===- PackedIntTest.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/PackedInt.h"
#include <gtest/gtest.h>

using namespace onnc;

TEST(PackedIntTest, Sizes) {
  EXPECT_EQ(packedSize<4>(0), 0u);
  EXPECT_EQ(packedSize<4>(1), 1u);
  EXPECT_EQ(packedSize<4>(2), 1u);
  EXPECT_EQ(packedSize<4>(3), 2u);
  EXPECT_EQ(packedSize<2>(4), 1u);
  EXPECT_EQ(packedSize<2>(5), 2u);
  EXPECT_EQ(packedSize<2>(UINT64_MAX), (UINT64_MAX >> 2) + 1);
}

// The layout is ONNX's: the first element in the lowest bits.
TEST(PackedIntTest, FirstElementIsLow) {
  const uint8_t bytes[] = {0x2f, 0xb4};
  EXPECT_EQ((loadPacked<4, uint8_t>(bytes, 0)), 15);
  EXPECT_EQ((loadPacked<4, uint8_t>(bytes, 1)), 2);
  EXPECT_EQ((loadPacked<4, int8_t>(bytes, 0)), -1);
  EXPECT_EQ((loadPacked<4, int8_t>(bytes, 2)), 4);
  EXPECT_EQ((loadPacked<4, int8_t>(bytes, 3)), -5);
  // 0xb4 = 0b10'11'01'00
  EXPECT_EQ((loadPacked<2, uint8_t>(bytes, 4)), 0);
  EXPECT_EQ((loadPacked<2, uint8_t>(bytes, 5)), 1);
  EXPECT_EQ((loadPacked<2, uint8_t>(bytes, 6)), 3);
  EXPECT_EQ((loadPacked<2, int8_t>(bytes, 6)), -1);
  EXPECT_EQ((loadPacked<2, int8_t>(bytes, 7)), -2);
}

TEST(PackedIntTest, StoreLeavesNeighbours) {
  uint8_t byte = 0xff;
  storePacked<2, uint8_t>(&byte, 1, 0);
  EXPECT_EQ(byte, 0xf3);
  storePacked<4, int8_t>(&byte, 1, -8);
  EXPECT_EQ(byte, 0x83);
  // Only the low bits count.
  storePacked<4, uint8_t>(&byte, 0, 0xfe);
  EXPECT_EQ(byte, 0x8e);
}

template <unsigned Width, typename T> static void roundTrip() {
  constexpr int values = 1 << Width;
  constexpr int lowest = std::is_signed_v<T> ? -values / 2 : 0;
  // Odd counts leave a partial last byte.
  for (int count : {0, 1, 2, 3, 5, 2 * values + 1}) {
    std::vector<T> in(count), out(count, 99);
    for (int i = 0; i != count; ++i)
      in[i] = T(lowest + (i * 3) % values);
    std::vector<uint8_t> bytes(packedSize<Width>(count), 0xff);
    pack<Width, T>(in, bytes);
    unpack<Width, T>(bytes, out);
    EXPECT_EQ(in, out);
    if (unsigned used = count * Width % 8) {
      EXPECT_EQ(bytes.back() >> used, 0);
    }
  }
}

TEST(PackedIntTest, RoundTrips) {
  roundTrip<4, int8_t>();
  roundTrip<4, uint8_t>();
  roundTrip<2, int8_t>();
  roundTrip<2, uint8_t>();
}
