//===- Instrumentations.cpp -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/Instrumentations.h"
#include "onnc/IR/Verifier.h"

using namespace llvm;
using namespace onnc;

namespace {

class VerifyEach : public PassInstrumentation {
public:
  explicit VerifyEach(const PassRegistry &registry) : registry(registry) {}

  Action afterPass(const PassExecution &execution, Module &module,
                   bool changed) override {
    if (changed && failed(verify(module)))
      return fail(execution, module, "is not well-formed");
    // A pass that only sets a property changes what applies.
    for (const Validator &validator : registry.getValidators())
      if (!validator.appliesTo || module.has(*validator.appliesTo))
        if (failed(validator.check(module)))
          return fail(execution, module,
                      "does not pass the validator '" + validator.name + "'");
    return Action::Continue;
  }

private:
  static Action fail(const PassExecution &execution, Module &module,
                     const Twine &what) {
    module.getContext().getDiagnostics().error(DiagID::PassVerify)
        << "the module " << what.str() << " after pass '"
        << execution.getPass().getName() << "'";
    return Action::Fail;
  }

  const PassRegistry &registry;
};

class StopAfter : public PassInstrumentation {
public:
  explicit StopAfter(StringRef pass) : pass(pass) {}

  Action afterPass(const PassExecution &execution, Module &, bool) override {
    return execution.getPass().getName() == pass ? Action::Stop
                                                 : Action::Continue;
  }

private:
  std::string pass;
};

class Bisection : public PassInstrumentation {
public:
  Bisection(raw_ostream &os, int64_t limit) : os(os), limit(limit) {}

  bool shouldRun(const PassExecution &execution, Module &) override {
    StringRef name = execution.getPass().getName();
    if (execution.isNeeded) {
      os << "bisect: running needed pass " << name << '\n';
      return true;
    }
    bool run = ++executions <= limit || limit < 0;
    os << "bisect: " << (run ? "running" : "skipping") << " pass ("
       << executions << ") " << name << '\n';
    return run;
  }

private:
  raw_ostream &os;
  int64_t limit;
  int64_t executions = 0;
};

} // namespace

std::unique_ptr<PassInstrumentation>
onnc::createVerifyEach(const PassRegistry &registry) {
  return std::make_unique<VerifyEach>(registry);
}

std::unique_ptr<PassInstrumentation> onnc::createStopAfter(StringRef pass) {
  return std::make_unique<StopAfter>(pass);
}

std::unique_ptr<PassInstrumentation> onnc::createBisection(raw_ostream &os,
                                                           int64_t limit) {
  return std::make_unique<Bisection>(os, limit);
}
