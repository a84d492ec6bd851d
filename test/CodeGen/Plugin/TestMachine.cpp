//===- TestMachine.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// A plugin for onnc-opt: the passes of code generation for the machine of the
/// unit tests, which says how tests state sizes and legality. Two more passes
/// break a schedule and a plan, as a bug would.
///
//===----------------------------------------------------------------------===//

#include "TestMachine.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/IR/Allocation.h"
#include "onnc/Pass/Plugin.h"

using namespace llvm;
using namespace onnc;

#include "codegentest/Passes.h.inc"

#include "codegentest/Passes.cpp.inc"

namespace {

struct BreakPlan : codegentest::BreakPlanBase {
  PassResult run(Module &module, PassContext &) const override {
    for (Operation &op : module.getMain()->getBody().getOps())
      if (op.hasAttr(alloc::resultOffsets)) {
        SmallVector<int64_t, 6> offsets(op.getNumResults(), 0);
        op.setAttr(alloc::resultOffsets, IntsAttr::get(offsets));
      }
    return PassResult::changed();
  }
};

struct BreakPartition : codegentest::BreakPartitionBase {
  PassResult run(Module &module, PassContext &) const override {
    module.walk([](Operation *op) {
      if (op->hasAttr(unitAttr))
        op->setAttr(unitAttr, StringAttr::get("nowhere"));
    });
    return PassResult::changed();
  }
};

} // namespace

std::unique_ptr<Pass> codegentest::createBreakPlanPass() {
  return std::make_unique<BreakPlan>();
}
std::unique_ptr<Pass> codegentest::createBreakPartitionPass() {
  return std::make_unique<BreakPartition>();
}

static Error registerPasses(PassRegistry &registry) {
  static const Machine machine = makeTestMachine();
  static const TestOperatorModel operators;
  static const TestBufferModel buffers;
  return joinErrors(
      registerCodeGenPasses(registry, machine, operators, buffers),
      codegentest::registerCodeGenTestPasses(registry));
}

extern "C" const PassPluginInfo *onncGetPassPlugin() {
  static constexpr PassPluginInfo info = {
      ONNC_PASS_PLUGIN_ABI, "codegen-test", "1", registerPasses,
      [](Context &context) { context.registerOps(testOps); }};
  return &info;
}
