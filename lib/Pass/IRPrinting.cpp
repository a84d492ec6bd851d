//===- IRPrinting.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModuleSnapshot.h"
#include "onnc/Pass/Instrumentations.h"

using namespace llvm;
using namespace onnc;

namespace {

class IRPrinter : public PassInstrumentation {
public:
  IRPrinter(raw_ostream &os, IRPrinting what) : os(os), what(std::move(what)) {}

  void beforePass(const PassExecution &execution, Module &module) override {
    StringRef name = execution.getPass().getName();
    if (names(what.before, name))
      print("before " + name, module);
    if (what.changed)
      previous.emplace(module);
  }

  Action afterPass(const PassExecution &execution, Module &module,
                   bool) override {
    StringRef name = execution.getPass().getName();
    bool printed = names(what.after, name);
    if (printed)
      print("after " + name, module);
    if (!what.changed)
      return Action::Continue;
    if (*previous == ModuleSnapshot(module))
      header(name + ": unchanged");
    else if (!printed)
      print("after " + name, module);
    return Action::Continue;
  }

  void afterFailedPass(const PassExecution &execution,
                       Module &module) override {
    StringRef name = execution.getPass().getName();
    if (names(what.after, name))
      print("after " + name + ", which did not succeed", module);
  }

  void afterRetry(const RetryRecord &retry, Module &module) override {
    header("back to before " + retry.point);
  }

private:
  static bool names(ArrayRef<std::string> list, StringRef name) {
    return is_contained(list, name) || is_contained(list, "all");
  }
  void header(const Twine &title) {
    os << "// -----// " << title << " //----- //\n";
  }
  void print(const Twine &when, Module &module) {
    header("IR " + when);
    os << ModuleSnapshot(module).getText() << '\n';
  }

  raw_ostream &os;
  IRPrinting what;
  std::optional<ModuleSnapshot> previous;
};

} // namespace

std::unique_ptr<PassInstrumentation> onnc::createIRPrinter(raw_ostream &os,
                                                           IRPrinting what) {
  return std::make_unique<IRPrinter>(os, std::move(what));
}
