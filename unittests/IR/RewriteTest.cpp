//===- RewriteTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Builder.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Verifier.h"
#include <gtest/gtest.h>

using namespace onnc;

namespace {

const ValueInfo anyOperand[] = {{"x", Arity::Variadic, ~0ull, ""}};
const ValueInfo anyResult[] = {{"y", Arity::Variadic, ~0ull, ""}};
const llvm::StringRef oneRegion[] = {"body"};
const OpInfo testOps[] = {
    {"test.op", "Anything", anyOperand, anyResult, {}, {}, 0, true, "", 0,
     nullptr, nullptr},
    {"test.body", "Has a body", anyOperand, anyResult, {}, oneRegion, 0, true,
     "", 0, nullptr, nullptr},
};

class RewriteTest : public testing::Test {
protected:
  RewriteTest() { context.registerOps(testOps); }
  std::unique_ptr<Module> parse(llvm::StringRef text) {
    auto module = parseModule(context, text, "t");
    EXPECT_TRUE(module);
    return module;
  }
  Context context;
};

const char *chain = R"(
graph @main(%x: index) -> ("y") {
  %a = test.op(%x) : (index) -> index
  %b, %c = test.op(%a, %a) : (index, index) -> (index, index)
  return(%b) : (index) -> ()
})";

} // namespace

TEST_F(RewriteTest, UsesFollowReplacement) {
  auto module = parse(chain);
  Region &body = module->getMain()->getBody();
  Operation *a = &*body.begin();
  Operation *b = a->getNextOp();
  EXPECT_EQ(a->getResult()->getNumUses(), 2u);
  EXPECT_FALSE(b->getResult(1)->hasUses());
  a->replaceWith({body.getArgument(0)});
  EXPECT_EQ(b->getOperand(0), body.getArgument(0));
  EXPECT_EQ(body.getArgument(0)->getNumUses(), 2u);
  EXPECT_TRUE(succeeded(verify(*module)));
}

TEST_F(RewriteTest, OrderIsKnownAfterInsertions) {
  auto module = parse(chain);
  Region &body = module->getMain()->getBody();
  Operation *a = &*body.begin(), *b = a->getNextOp();
  Builder builder(b);
  Operation *middle =
      builder.create("test.op", {a->getResult()}, {IndexType::get(context)});
  EXPECT_TRUE(a->isBefore(middle));
  EXPECT_TRUE(middle->isBefore(b));
  b->moveBefore(a);
  EXPECT_TRUE(b->isBefore(a));
  // b now uses a value that is defined behind it.
  context.getDiagnostics().setHandler([](const Diagnostic &) {});
  EXPECT_TRUE(failed(verify(*module)));
}

TEST_F(RewriteTest, OperandsMoveWithTheirSlots) {
  auto module = parse(chain);
  Operation *a = &*module->getMain()->getBody().begin();
  Operation *b = a->getNextOp();
  Value *x = module->getMain()->getInput(0);
  for (int i = 0; i < 20; ++i)
    b->addOperand(x);
  EXPECT_EQ(x->getNumUses(), 21u);
  b->eraseOperand(0);
  EXPECT_EQ(b->getNumOperands(), 21u);
  EXPECT_EQ(a->getResult()->getNumUses(), 1u);
  for (Use &use : x->getUses())
    EXPECT_EQ(use.getOwner()->getOperand(use.getIndex()), x);
}

TEST_F(RewriteTest, ClonesShareNothingButConstants) {
  auto module = parse(R"(
graph @main(%x: index) -> ("y") {
  %a = test.body(%x) ({ ^(%i: index)
    %k = test.op(%i) {v = dense<tensor<2xf32>, [1.0, 2.0]>} : (index) -> index
    return(%k) : (index) -> ()
  }) : (index) -> index
  return(%a) : (index) -> ()
})");
  auto copy = module->clone();
  EXPECT_TRUE(succeeded(verify(*copy)));
  auto constant = [](Module &m) {
    Operation *body = &*m.getMain()->getBody().begin();
    return body->getRegion().begin()->getAttrOfType<ConstantAttr>("v");
  };
  EXPECT_EQ(constant(*module).getData().getBytes().data(),
            constant(*copy).getData().getBytes().data());
  module.reset();
  EXPECT_TRUE(succeeded(verify(*copy)));
}

TEST_F(RewriteTest, BodiesCanBeInlined) {
  auto module = parse(R"(
graph @main(%x: index) -> ("y") {
  %a = test.body(%x) ({ ^(%i: index)
    %k = test.op(%i, %i) : (index, index) -> index
    return(%k) : (index) -> ()
  }) : (index) -> index
  return(%a) : (index) -> ()
})");
  Graph &main = *module->getMain();
  Operation *owner = &*main.getBody().begin();
  auto results = owner->getRegion().inlineBefore(owner, owner->getOperands());
  owner->replaceWith(results);
  ASSERT_TRUE(succeeded(verify(*module)));
  Operation *first = &*main.getBody().begin();
  EXPECT_EQ(first->getName(), "test.op");
  EXPECT_EQ(first->getOperand(1), main.getInput(0));
  EXPECT_EQ(main.getOutput(0), first->getResult());
}

TEST_F(RewriteTest, ViolationsAreFound) {
  context.getDiagnostics().setHandler([](const Diagnostic &) {});
  auto module = parse(chain);
  Operation *end = module->getMain()->getBody().getTerminator();
  end->setOperand(0, nullptr);
  EXPECT_TRUE(failed(verify(*module)));
  module = parse(chain);
  module->getMain()->getBody().getTerminator()->erase();
  EXPECT_TRUE(failed(verify(*module)));
  module = parse(chain);
  module->getMain()->setOutputNames({});
  EXPECT_TRUE(failed(verify(*module)));
}
