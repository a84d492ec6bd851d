//===- GeneratorTest.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Context.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Testing/ModelGenerator.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;

static std::unique_ptr<Module>
generate(Context &context, const smith::GeneratorOptions &options) {
  auto module = smith::generateModel(context, options);
  if (module)
    return std::move(*module);
  ADD_FAILURE() << options.seed << ": " << toString(module.takeError());
  return nullptr;
}

static std::string print(const Module &module) {
  std::string text;
  raw_string_ostream os(text);
  module.print(os);
  return text;
}

TEST(Generator, TheSeedDeterminesTheModel) {
  Context first, second;
  smith::GeneratorOptions options;
  options.seed = 42;
  std::string text = print(*generate(first, options));
  EXPECT_EQ(text, print(*generate(second, options)));
  options.seed = 43;
  EXPECT_NE(text, print(*generate(first, options)));
}

TEST(Generator, EveryMakerMakesSomething) {
  for (StringRef name : smith::getMakerNames()) {
    bool made = false;
    for (uint64_t seed = 0; seed < 60 && !made; ++seed) {
      Context context;
      smith::GeneratorOptions options;
      options.seed = seed;
      options.numOperators = 1;
      options.makers = {name.str()};
      options.types = {ElementType::F32, ElementType::I64, ElementType::Bool};
      auto module = smith::generateModel(context, options);
      if (!module)
        consumeError(module.takeError());
      made = bool(module);
    }
    EXPECT_TRUE(made) << name.str();
  }
}

TEST(Generator, ResultsStayInProportion) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Context context;
    smith::GeneratorOptions options;
    options.seed = seed;
    auto module = generate(context, options);
    ASSERT_TRUE(module);
    auto inputs = smith::makeInputs(*module);
    ASSERT_TRUE(bool(inputs)) << toString(inputs.takeError());
    auto outputs = run(*module->getMain(), *inputs);
    ASSERT_TRUE(bool(outputs)) << toString(outputs.takeError());
    for (const RuntimeValue &value : *outputs) {
      const TensorValue &tensor = value.getTensor();
      EXPECT_LE(tensor.getNumElements(), options.maxElements);
      if (tensor.getElementType() != ElementType::F32)
        continue;
      for (int64_t i = 0; i < tensor.getNumElements(); ++i)
        EXPECT_LE(std::abs(tensor.elements<float>()[i]), 500.0f);
    }
  }
}

TEST(Generator, OnlyWhatIsAccepted) {
  Context context;
  smith::GeneratorOptions options;
  options.numOperators = 20;
  options.accepts = [](const Operation &op) {
    return op.getName() != "onnx.Conv";
  };
  auto module = generate(context, options);
  ASSERT_TRUE(module);
  module->walk(
      [](Operation *op) { EXPECT_NE(op->getName().str(), "onnx.Conv"); });
}
