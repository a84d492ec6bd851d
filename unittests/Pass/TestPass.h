//===- TestPass.h - A pass made of a function -------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// For tests that need records and behaviours of their own.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_UNITTESTS_PASS_TESTPASS_H
#define ONNC_UNITTESTS_PASS_TESTPASS_H

#include "onnc/IR/AsmParser.h"
#include "onnc/Pass/PassManager.h"
#include "gtest/gtest.h"

namespace onnc {

inline const PassGroup testGroup = {"Tests", false};

inline PassInfo makeInfo(llvm::StringRef name) {
  PassInfo info{};
  info.name = name;
  info.group = &testGroup;
  info.summary = name;
  return info;
}

/// Registers passes by record and function. A factory is a plain function, so
/// that the N-th pass of a program has its own by template argument.
class TestPasses {
public:
  using Fn = std::function<PassResult(Module &, PassContext &)>;

  TestPasses() { slots().clear(); }

  template <unsigned N>
  void add(PassRegistry &registry, PassInfo info, Fn run) {
    ASSERT_EQ(slots().size(), N) << "passes are added in order";
    slots().push_back(std::make_unique<Slot>(Slot{info, std::move(run)}));
    ASSERT_FALSE(errorToBool(registry.add(slots()[N]->info, create<N>)));
  }

private:
  struct Slot {
    PassInfo info;
    Fn run;
  };
  struct TestPass : Pass {
    explicit TestPass(Slot &slot) : Pass(slot.info), slot(slot) {}
    PassResult run(Module &module, PassContext &context) const override {
      return slot.run(module, context);
    }
    void setOption(unsigned, const OptionValue &) override {}
    Slot &slot;
  };

  static std::vector<std::unique_ptr<Slot>> &slots() {
    static std::vector<std::unique_ptr<Slot>> all;
    return all;
  }
  template <unsigned N> static std::unique_ptr<Pass> create() {
    return std::make_unique<TestPass>(*slots()[N]);
  }
};

/// A context whose diagnostics are kept as text.
struct TestContext {
  Context context;
  std::string log;

  TestContext() {
    context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
      llvm::raw_string_ostream os(log);
      diag.print(os);
    });
  }
  std::unique_ptr<Module> parse(llvm::StringRef text) {
    return parseModule(context, text, "test");
  }
};

inline std::string printToString(const Module &module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os);
  return text;
}

} // namespace onnc

#endif // ONNC_UNITTESTS_PASS_TESTPASS_H
