//===- CodeObjectTest.cpp - Files, good and bad ---------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Assemble.h"
#include "onnc/Target/MLU/Device.h"
#include <random>

using namespace llvm;
using namespace onnc::mlu;

namespace {

constexpr StringLiteral sample = R"(.machine mlu100
.memory 4096
.range "all" 0x0, 4096
.tensor input "x" f32 [1,2,1,2] f16 0x0 [0,2,0,4]
.tensor output "y \22\ff" f32 [1,2,1,2] f32 0x200 [0,4,0,8]
.const 0x100
.u8 0,56,0,60,0,188,0,64
.program a
.op "conv"
L0:
  SLI $1, 0
  CB $1, L0
.op
  NOP
  HALT
.program b
  HALT
.launch "first" a, b*2
.launch "second" b
)";

std::string toBytes(const CodeObject &object) {
  std::string bytes;
  raw_string_ostream os(bytes);
  EXPECT_FALSE(writeCodeObject(object, os));
  return bytes;
}

Expected<CodeObject> read(StringRef bytes) {
  return readCodeObject(MemoryBufferRef(bytes, "test"));
}

TEST(CodeObjectTest, TextAndBytesRoundTrip) {
  CodeObject object = assembleText(sample);
  EXPECT_EQ(disassembleToText(object), sample);
  std::string bytes = toBytes(object);
  Expected<CodeObject> back = read(bytes);
  ASSERT_TRUE(bool(back)) << toString(back.takeError());
  EXPECT_EQ(disassembleToText(*back), sample);
  EXPECT_EQ(toBytes(*back), bytes);
}

TEST(CodeObjectTest, EveryTruncationIsAnError) {
  std::string bytes = toBytes(assembleText(sample));
  for (size_t n = 0; n != bytes.size(); ++n) {
    Expected<CodeObject> object = read(StringRef(bytes).take_front(n));
    EXPECT_FALSE(bool(object)) << n;
    consumeError(object.takeError());
  }
}

TEST(CodeObjectTest, DamagedFilesAreReadOrRefused) {
  const std::string bytes = toBytes(assembleText(sample));
  std::mt19937 random(1);
  unsigned refused = 0;
  for (int i = 0; i != 20000; ++i) {
    std::string damaged = bytes;
    for (unsigned n = 1 + random() % 3; n; --n)
      damaged[random() % damaged.size()] = char(random());
    Expected<CodeObject> object = read(damaged);
    if (object) {
      // What is accepted can be printed, written and loaded.
      disassembleToText(*object);
      toBytes(*object);
      continue;
    }
    ++refused;
    consumeError(object.takeError());
  }
  EXPECT_GT(refused, 10000u);
}

TEST(CodeObjectTest, ErrorsNameTheOffset) {
  std::string bytes = toBytes(assembleText(sample));
  bytes[18] = 62; // e_machine: x86-64.
  Expected<CodeObject> object = read(bytes);
  ASSERT_FALSE(bool(object));
  EXPECT_EQ(toString(object.takeError()),
            "code object, offset 0x10: not an MLU code object");
}

std::string validationError(function_ref<void(CodeObject &)> change) {
  CodeObject object = assembleText(sample);
  change(object);
  return toString(validate(object));
}

TEST(CodeObjectTest, ValidationNamesTheOffender) {
  using Object = CodeObject &;
  EXPECT_EQ(validationError([](Object o) { o.machine = "mlu270"; }),
            "unknown machine 'mlu270'");
  EXPECT_EQ(validationError([](Object o) { o.tensors[0].address = 4090; }),
            "tensor 'x': outside the device memory");
  EXPECT_EQ(validationError(
                [](Object o) { o.tensors[0].strides[1] = INT64_MAX - 1; }),
            "tensor 'x': outside the device memory");
  EXPECT_EQ(validationError([](Object o) {
              o.tensors[0].shape = {INT32_MAX, INT32_MAX, 1, 1};
            }),
            "tensor 'x': too large");
  EXPECT_EQ(validationError([](Object o) { o.constants[0].address = 4095; }),
            "constant at 4095 lies outside the device memory");
  EXPECT_EQ(validationError([](Object o) { o.programs[1].name = "a"; }),
            "program 'a' occurs twice");
  EXPECT_EQ(validationError([](Object o) { o.programs[0].words[0] = ~0ull; }),
            "program 'a', instruction 0: unknown opcode 0xff");
  EXPECT_EQ(validationError([](Object o) { o.launches[0].programs[0] = 2; }),
            "launch 'first': no such program");
  EXPECT_EQ(
      validationError([](Object o) { o.launches[0].programs.resize(33); }),
      "launch 'first': 1 to 32 cores can take part");
  EXPECT_EQ(validationError([](Object o) { o.memorySize = 1ull << 40; }),
            "memory plan of 1099511627776 bytes exceeds the device memory");
}

} // namespace
