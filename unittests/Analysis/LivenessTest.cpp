//===- LivenessTest.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Analysis/Liveness.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Context.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;

static constexpr char text[] = R"(
module @m
graph @main(%x: tensor<4xf32>, %unused: tensor<4xf32>) -> ("x", "d") {
  %a = onnx.Relu(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %b = onnx.Identity(%a) : (tensor<4xf32>) -> tensor<4xf32>
  %dead = onnx.Relu(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %c = onnx.Relu(%b) : (tensor<4xf32>) -> tensor<4xf32>
  %d = onnx.Relu(%c) : (tensor<4xf32>) -> tensor<4xf32>
  return(%x, %d) : (tensor<4xf32>, tensor<4xf32>) -> ()
}
)";

namespace {
class LivenessTest : public testing::Test {
protected:
  void SetUp() override {
    module = parseModule(context, text, "test");
    ASSERT_TRUE(module);
  }
  Region &getBody() { return module->getMain()->getBody(); }
  Value &getValue(StringRef name) {
    for (Value *argument : getBody().getArguments())
      if (argument->getName() == name)
        return *argument;
    for (Operation &op : getBody().getOps())
      for (Value *result : op.getResults())
        if (result->getName() == name)
          return *result;
    llvm_unreachable("no such value");
  }

  Context context;
  std::unique_ptr<Module> module;
};
} // namespace

TEST_F(LivenessTest, FromDefinitionToLastUse) {
  Liveness liveness(getBody());
  EXPECT_EQ(liveness.getNumPositions(), 6);
  EXPECT_EQ(liveness.getPosition(*getValue("c").getDefiningOp()), 3);
  EXPECT_EQ(liveness.getLifespan(getValue("a")), (Lifespan{0, 2}));
  EXPECT_EQ(liveness.getLifespan(getValue("b")), (Lifespan{1, 4}));
  EXPECT_EQ(liveness.getLifespan(getValue("c")), (Lifespan{3, 5}));
}

TEST_F(LivenessTest, ArgumentsResultsAndDeadValues) {
  Liveness liveness(getBody());
  // An argument that is also a result lives throughout.
  EXPECT_EQ(liveness.getLifespan(getValue("x")), (Lifespan{0, 6}));
  EXPECT_EQ(liveness.getLifespan(getValue("unused")), (Lifespan{0, 1}));
  // Written, never read.
  EXPECT_EQ(liveness.getLifespan(getValue("dead")), (Lifespan{2, 3}));
  EXPECT_EQ(liveness.getLifespan(getValue("d")), (Lifespan{4, 6}));
}

TEST_F(LivenessTest, AliasesAreOneSet) {
  Liveness liveness(getBody(), [](const Value &value) -> Value * {
    Operation *op = value.getDefiningOp();
    return op->getName() == "onnx.Identity" ? op->getOperand(0) : nullptr;
  });
  EXPECT_EQ(liveness.getRoot(getValue("b")), &getValue("a"));
  EXPECT_EQ(liveness.getLifespan(getValue("a")), (Lifespan{0, 4}));
  EXPECT_EQ(liveness.getLifespan(getValue("b")), (Lifespan{0, 4}));
  std::vector<Value *> roots = {&getValue("x"), &getValue("unused"),
                                &getValue("a"), &getValue("dead"),
                                &getValue("c"), &getValue("d")};
  EXPECT_EQ(liveness.getRoots().vec(), roots);
}

TEST(LifespanTest, HalfOpen) {
  Lifespan a{0, 3}, b{3, 5};
  EXPECT_FALSE(a.overlaps(b));
  EXPECT_TRUE(a.overlaps({2, 3}));
  EXPECT_TRUE(a.contains(0));
  EXPECT_FALSE(a.contains(3));
  EXPECT_EQ(a.hull(b), (Lifespan{0, 5}));
}
