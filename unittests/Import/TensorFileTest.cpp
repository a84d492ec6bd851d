//===- TensorFileTest.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Import/ONNX/TensorFile.h"
#include "ImportTestUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::test;

namespace {

FileValue makeTensor(Context &context, float value) {
  std::vector<char> bytes(sizeof(value));
  memcpy(bytes.data(), &value, sizeof(value));
  return {TensorType::get(context, ElementType::F32, {1}),
          "t",
          ConstantData(std::move(bytes)),
          {}};
}

TEST(TensorFileTest, TensorsSequencesAndOptionalsComeBack) {
  TempDir dir;
  TestContext context;
  FileValue tensor = makeTensor(context, 1.5);
  auto sequenceType = SequenceType::get(tensor.type);
  auto optionalType = OptionalType::get(sequenceType);
  FileValue sequence{sequenceType, "s", {}, {tensor, makeTensor(context, 2)}};
  FileValue optional{optionalType, "o", {}, {sequence}};
  FileValue none{optionalType, "n", {}, {}};

  auto roundTrip = [&](const FileValue &value) {
    std::string path = dir.file("v.pb");
    EXPECT_FALSE(bool(writeTensorFile(value, path)));
    return cantFail(readTensorFile(context, path, value.type));
  };
  FileValue t = roundTrip(tensor);
  EXPECT_EQ(t.type, tensor.type);
  EXPECT_EQ(t.name, "t");
  EXPECT_EQ(t.data.get<float>(0), 1.5f);
  FileValue s = roundTrip(sequence);
  ASSERT_EQ(s.elements.size(), 2u);
  EXPECT_EQ(s.elements[1].data.get<float>(0), 2.0f);
  FileValue o = roundTrip(optional);
  ASSERT_EQ(o.elements.size(), 1u);
  EXPECT_EQ(o.elements[0].type, Type(sequenceType));
  EXPECT_EQ(o.elements[0].elements.size(), 2u);
  EXPECT_TRUE(roundTrip(none).elements.empty());
}

TEST(TensorFileTest, MapsComeBack) {
  TempDir dir;
  TestContext context;
  FileValue tensor = makeTensor(context, 1.5);
  auto numbers = MapType::get(ElementType::I64, tensor.type);
  auto words = MapType::get(ElementType::String, tensor.type);
  FileValue byNumber{numbers, "m", {}, {tensor, makeTensor(context, 2)},
                     {-7, 3}, {}};
  FileValue byWord{words, "w", {}, {tensor}, {}, {"a"}};
  FileValue list{SequenceType::get(numbers), "s", {}, {byNumber, byNumber}};
  FileValue some{OptionalType::get(words), "o", {}, {byWord}};
  std::string path = dir.file("v.pb");
  auto roundTrip = [&](const FileValue &value) {
    EXPECT_FALSE(bool(writeTensorFile(value, path)));
    return cantFail(readTensorFile(context, path, value.type));
  };
  FileValue m = roundTrip(byNumber);
  EXPECT_EQ(m.type, Type(numbers));
  EXPECT_EQ(m.keys, byNumber.keys);
  ASSERT_EQ(m.elements.size(), 2u);
  EXPECT_EQ(m.elements[1].data.get<float>(0), 2.0f);
  EXPECT_EQ(roundTrip(byWord).stringKeys, byWord.stringKeys);
  FileValue s = roundTrip(list);
  ASSERT_EQ(s.elements.size(), 2u);
  EXPECT_EQ(s.elements[1].keys, byNumber.keys);
  FileValue o = roundTrip(some);
  ASSERT_EQ(o.elements.size(), 1u);
  EXPECT_EQ(o.elements[0].stringKeys, byWord.stringKeys);

  // Keys of another kind, and other numbers of them than of values.
  auto expectError = [&](const FileValue &value, Type type, StringRef text) {
    EXPECT_FALSE(bool(writeTensorFile(value, path)));
    auto read = readTensorFile(context, path, type);
    ASSERT_FALSE(read);
    EXPECT_EQ(toString(read.takeError()),
              "can't read '" + path + "': it holds a map " + text.str());
  };
  expectError(byNumber, words, "with keys that are integers");
  expectError(byWord, numbers, "with keys that are strings");
  byNumber.keys.pop_back();
  expectError(byNumber, numbers, "of 1 keys and 2 values");
}

TEST(TensorFileTest, Errors) {
  TempDir dir;
  TestContext context;
  std::string path = dir.write("bad.pb", "\x08");
  auto value = readTensorFile(context, path);
  ASSERT_FALSE(value);
  EXPECT_EQ(toString(value.takeError()),
            "can't read '" + path +
                "': byte 1: the message ends inside a number");
  auto gone = readTensorFile(context, dir.file("gone.pb"));
  EXPECT_FALSE(gone);
  consumeError(gone.takeError());
}

} // namespace
