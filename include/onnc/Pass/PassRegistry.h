//===- PassRegistry.h - The passes there are --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A registry is filled by functions (registerTransformsPasses, those of
/// targets and of plugins); nothing registers itself. It also holds the
/// validators that --verify-each runs.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_PASSREGISTRY_H
#define ONNC_PASS_PASSREGISTRY_H

#include "onnc/Pass/Pass.h"
#include "llvm/ADT/StringMap.h"
#include <functional>

namespace onnc {

/// Checks a module independently of what computed its contents (a schedule, a
/// memory plan). Reports every violation as an error.
struct Validator {
  llvm::StringRef name;
  /// It runs on modules that have this property, or on all.
  std::optional<Property> appliesTo;
  std::function<LogicalResult(Module &module)> check;
};

class PassRegistry {
public:
  using Factory = std::function<std::unique_ptr<Pass>()>;
  struct Entry {
    const PassInfo *info;
    Factory create;
  };

  /// \p info must outlive the registry. Fails where another pass has the name;
  /// adding the same pass again changes nothing.
  llvm::Error add(const PassInfo &info, Factory create);
  void addValidator(Validator validator) {
    validators.push_back(std::move(validator));
  }

  const Entry *lookup(llvm::StringRef name) const;
  /// Sorted by name.
  llvm::ArrayRef<Entry> getPasses() const { return passes; }
  llvm::ArrayRef<Validator> getValidators() const { return validators; }
  std::vector<llvm::StringRef> getNames() const;

  /// Name and summary of every pass, for --list-passes.
  void printPasses(llvm::raw_ostream &os) const;
  /// Every knob with domain and default, for --list-knobs.
  void printKnobs(llvm::raw_ostream &os) const;

private:
  std::vector<Entry> passes;
  std::vector<Validator> validators;
};

} // namespace onnc

#endif // ONNC_PASS_PASSREGISTRY_H
