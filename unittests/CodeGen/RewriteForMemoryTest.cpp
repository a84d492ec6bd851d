//===- RewriteForMemoryTest.cpp -------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What rewrite-for-memory makes of random networks computes the same.
///
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/TensorPasses.h"
#include "onnc/IR/Builder.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Interp/Compare.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Pass/PassManager.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace onnc;

namespace {

/// Branches whose results are joined and then used in several ways.
class NetworkBuilder {
public:
  NetworkBuilder(Context &context, unsigned seed, bool isInteger)
      : context(context), builder(context), random(seed), isInteger(isInteger),
        module(std::make_unique<Module>(context, "random")) {}

  std::unique_ptr<Module> build();

private:
  int64_t pick(int64_t low, int64_t high) {
    return low + random() % (high - low + 1);
  }
  Value *makeConstant(ArrayRef<int64_t> shape);
  Value *conv(Value *x, int64_t channels, int64_t kernel, int64_t groups);
  Value *use(Value *x);

  Context &context;
  Builder builder;
  std::minstd_rand random;
  bool isInteger;
  std::unique_ptr<Module> module;
};

} // namespace

static int64_t getChannels(Value *x) {
  return *x->getTensorType().getDim(1).getConstant();
}

/// Multiples of 1/8, or bytes.
Value *NetworkBuilder::makeConstant(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  std::vector<char> bytes;
  for (int64_t i = 0; i != count; ++i) {
    if (isInteger) {
      bytes.push_back(pick(-100, 100));
      continue;
    }
    float value = pick(-8, 8) / 8.0f;
    const char *data = reinterpret_cast<const char *>(&value);
    bytes.insert(bytes.end(), data, data + sizeof(value));
  }
  auto type = TensorType::get(
      context, isInteger ? ElementType::I8 : ElementType::F32, shape);
  return builder.constant(ConstantAttr::get(type, ConstantData(bytes)));
}

Value *NetworkBuilder::conv(Value *x, int64_t channels, int64_t kernel,
                            int64_t groups) {
  int64_t pad = kernel / 2;
  SmallVector<Value *, 4> operands = {
      x, makeConstant({channels, getChannels(x) / groups, kernel, kernel})};
  if (isInteger) {
    operands.push_back(makeConstant({}));
    if (pick(0, 1))
      operands.push_back(pick(0, 1) ? makeConstant({})
                                    : makeConstant({channels}));
  } else if (pick(0, 1)) {
    operands.push_back(makeConstant({channels}));
  }
  NamedAttr attributes[] = {
      {"group", IntAttr::get(groups)},
      {"pads", IntsAttr::get(SmallVector<int64_t, 4>(4, pad))}};
  return builder
      .createInferred(isInteger ? "onnx.ConvInteger" : "onnx.Conv", operands,
                      attributes)
      ->getResult();
}

/// Some operators that take channels apart, and then one that sums them up.
Value *NetworkBuilder::use(Value *x) {
  for (int64_t n = isInteger ? 0 : pick(0, 2); n != 0; --n)
    switch (pick(0, 3)) {
    case 0:
      x = builder.createInferred("onnx.Relu", x)->getResult();
      break;
    case 1:
      x = conv(x, getChannels(x) * pick(1, 2), 3, getChannels(x));
      break;
    case 2: {
      NamedAttr attributes[] = {
          {"kernel_shape", IntsAttr::get(SmallVector<int64_t, 2>(2, 3))},
          {"pads", IntsAttr::get(SmallVector<int64_t, 4>(4, 1))}};
      x = builder.createInferred("onnx.MaxPool", x, attributes)->getResult();
      break;
    }
    default: {
      Value *operands[] = {x, makeConstant({1})};
      x = builder.createInferred("onnx.Mul", operands)->getResult();
    }
    }
  return conv(x, pick(1, 3), pick(0, 1) ? 3 : 1, 1);
}

std::unique_ptr<Module> NetworkBuilder::build() {
  Graph &graph = module->addGraph("main");
  builder.setInsertionPointToEnd(graph.getBody());
  ElementType element = isInteger ? ElementType::I8 : ElementType::F32;
  SmallVector<Value *, 4> parts;
  for (int64_t n = pick(2, 4); n != 0; --n) {
    Value *x = graph.getBody().addArgument(
        TensorType::get(context, element, {1, pick(1, 6), 6, 6}),
        "x" + std::to_string(n));
    parts.push_back(
        isInteger ? x : builder.createInferred("onnx.Relu", x)->getResult());
  }
  NamedAttr axis = {"axis", IntAttr::get(pick(0, 1) ? 1 : -3)};
  Value *joined =
      builder.createInferred("onnx.Concat", parts, axis)->getResult();
  SmallVector<Value *, 4> results;
  std::vector<std::string> names;
  for (int64_t n = pick(1, 2); n != 0; --n) {
    results.push_back(use(joined));
    names.push_back("y" + std::to_string(n));
  }
  builder.createReturn(results);
  graph.setOutputNames(names);
  return std::move(module);
}

static std::vector<RuntimeValue> makeInputs(const Graph &graph, unsigned seed) {
  std::minstd_rand random(seed);
  std::vector<RuntimeValue> inputs;
  for (const Value *argument : graph.getBody().getArguments()) {
    TensorType type = argument->getTensorType();
    TensorValue tensor = cantFail(
        TensorValue::allocate(type.getElementType(), *type.getStaticShape()));
    for (int64_t i = 0; i != tensor.getNumElements(); ++i) {
      int value = int(random() % 129) - 64;
      if (type.getElementType() == ElementType::F32)
        tensor.mutableData<float>()[i] = value / 8.0f;
      else
        tensor.mutableData<int8_t>()[i] = value;
    }
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

static LogicalResult rewrite(Module &module) {
  PassRegistry registry;
  cantFail(registerTensorMemoryPasses(registry));
  auto pipeline =
      Pipeline::parse("rewrite-for-memory,schedule-tensors", registry,
                      module.getContext().getDiagnostics());
  if (!pipeline || failed(PassManager(registry).run(*pipeline, module)))
    return failure();
  return verify(module);
}

static bool hasConcat(Module &module) {
  bool found = false;
  module.walk([&](Operation *op) { found |= op->getName() == "onnx.Concat"; });
  return found;
}

/// Returns how many of \p count networks lost their Concat.
static unsigned compareNetworks(unsigned count, bool isInteger,
                                Tolerance tolerance) {
  unsigned numRewritten = 0;
  for (unsigned seed = 1; seed <= count; ++seed) {
    Context context;
    std::unique_ptr<Module> module =
        NetworkBuilder(context, seed, isInteger).build();
    EXPECT_TRUE(succeeded(verify(*module))) << seed;
    std::unique_ptr<Module> copy = module->clone();
    EXPECT_TRUE(succeeded(rewrite(*copy))) << seed;
    numRewritten += !hasConcat(*copy);
    auto inputs = makeInputs(*module->getMain(), seed);
    auto expected = cantFail(run(*module->getMain(), inputs));
    auto actual = cantFail(run(*copy->getMain(), inputs));
    for (auto [e, a] : zip_equal(expected, actual))
      EXPECT_EQ(compare(a, e, tolerance).firstMismatch, "") << seed;
  }
  return numRewritten;
}

TEST(RewriteForMemory, RandomNetworks) {
  EXPECT_GT(compareNetworks(200, /*isInteger=*/false,
                            {.absolute = 1e-3, .relative = 1e-5}),
            100u);
}

TEST(RewriteForMemory, IntegersAreExact) {
  EXPECT_GT(compareNetworks(100, /*isInteger=*/true, {}), 20u);
}
