//===- ValueFileTest.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/ValueFile.h"
#include "onnc/Driver/InterpProgram.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/Interp/Compare.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;

namespace {

constexpr ElementType allTypes[] = {
#define ELEMENT_TYPE(ENUM, NAME, BITS, KIND, ONNX, ONNX_NAME) ElementType::ENUM,
#include "onnc/Support/ElementTypes.def"
};

class ValueFileTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(sys::fs::createUniqueDirectory("onnc-values", directory));
  }
  void TearDown() override {
    EXPECT_FALSE(sys::fs::remove_directories(directory));
  }

  std::string path(StringRef name) {
    SmallString<128> result = directory;
    sys::path::append(result, name);
    return result.str().str();
  }

  Expected<RuntimeValue> read(StringRef name, StringRef type) {
    return readValue(context, path(name),
                     describeValue("x", parseType(context, type)));
  }

  /// Writes \p value and reads it back as an input of type \p type.
  void roundTrip(const RuntimeValue &value, StringRef name, StringRef type) {
    ASSERT_FALSE(errorToBool(writeValue(context, value, path(name), "value")))
        << name.str() << ' ' << type.str();
    Expected<RuntimeValue> back = read(name, type);
    ASSERT_TRUE(bool(back)) << toString(back.takeError());
    EXPECT_EQ(compare(*back, value).firstMismatch, "") << type.str();
  }

  /// A tensor with the bits of small numbers.
  TensorValue makeTensor(ElementType type, ArrayRef<int64_t> shape) {
    TensorValue tensor = cantFail(TensorValue::allocate(type, shape));
    if (type == ElementType::String) {
      for (int64_t i = 0; i < tensor.getNumElements(); ++i)
        tensor.mutableData<std::string>()[i] = std::string(i, 'a');
      return tensor;
    }
    char *bytes = const_cast<char *>(tensor.getBytes().data());
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      bytes[i * getElementSize(type)] = static_cast<char>(i & 1);
    return tensor;
  }

  Context context;
  SmallString<128> directory;
};

TEST_F(ValueFileTest, EveryTypeSurvivesBothFormats) {
  for (ElementType type : allTypes)
    for (const Shape &shape : {Shape{2, 3}, Shape{}, Shape{0, 3}}) {
      RuntimeValue value = makeTensor(type, shape);
      roundTrip(value, "x.npy", value.describe());
      roundTrip(value, "x.pb", value.describe());
    }
}

TEST_F(ValueFileTest, NegativeSmallIntegersKeepTheirSign) {
  RuntimeValue value =
      TensorValue::of<int8_t>(ElementType::I4, {3}, {-8, -1, 7});
  roundTrip(value, "x.npy", "tensor<3xi4>");
  roundTrip(value, "x.pb", "tensor<3xi4>");
}

TEST_F(ValueFileTest, SmallIntegersOutOfRangeAreErrors) {
  RuntimeValue value = TensorValue::of<int8_t>(ElementType::I8, {2}, {7, 8});
  ASSERT_FALSE(errorToBool(writeValue(context, value, path("x.npy"), "x")));
  auto back = read("x.npy", "tensor<2xi4>");
  ASSERT_FALSE(bool(back));
  EXPECT_NE(toString(back.takeError()).find("element 1 is no i4"),
            std::string::npos);
}

TEST_F(ValueFileTest, SequencesAndOptionalsAreOnnxFiles) {
  RuntimeValue a = makeTensor(ElementType::F32, {2}),
               b = makeTensor(ElementType::F32, {3});
  RuntimeValue sequence = RuntimeValue::sequence({a, b});
  roundTrip(sequence, "s.pb", "sequence<tensor<*xf32>>");
  roundTrip(RuntimeValue::sequence({}), "e.pb", "sequence<tensor<*xf32>>");
  roundTrip(RuntimeValue::some(a), "o.pb", "optional<tensor<*xf32>>");
  roundTrip(RuntimeValue::none(), "n.pb", "optional<tensor<*xf32>>");
  Error error = writeValue(context, sequence, path("s.npy"), "s");
  EXPECT_NE(toString(std::move(error)).find(".npy holds tensors only"),
            std::string::npos);
  EXPECT_FALSE(sys::fs::exists(path("s.npy")));
}

TEST_F(ValueFileTest, WhatHasNoValueIsNotWritten) {
  EXPECT_TRUE(
      errorToBool(writeValue(context, RuntimeValue(), path("a.pb"), "a")));
  EXPECT_TRUE(
      errorToBool(writeValue(context, RuntimeValue(), path("a.npy"), "a")));
  EXPECT_FALSE(sys::fs::exists(path("a.pb")));
}

TEST_F(ValueFileTest, NpyHoldsAsManyDimensionsAsNumPy) {
  SmallVector<int64_t> shape(65, 1);
  RuntimeValue value = makeTensor(ElementType::F32, shape);
  EXPECT_EQ(toString(writeValue(context, value, path("x.npy"), "x")),
            "'" + path("x.npy") +
                "': .npy holds tensors of up to 64 dimensions, not 65");
  EXPECT_FALSE(sys::fs::exists(path("x.npy")));
}

TEST_F(ValueFileTest, TheExtensionDecides) {
  EXPECT_FALSE(errorToBool(checkValueFileName("a/b.npy")));
  EXPECT_FALSE(errorToBool(checkValueFileName("b.pb")));
  EXPECT_TRUE(errorToBool(checkValueFileName("npy")));
  EXPECT_TRUE(errorToBool(checkValueFileName("")));
}

} // namespace
