//===- TargetRegistry.h - The targets there are -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Targets in the tree are added by registerAllTargets, which CMake generates
/// from the directories under lib/Target; others are loaded from shared
/// objects. There are no static constructors.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_TARGETREGISTRY_H
#define ONNC_TARGET_TARGETREGISTRY_H

#include "onnc/Target/Target.h"
#include <vector>

namespace onnc {

class TargetRegistry {
public:
  /// \p info must outlive the registry. An error where one of its processors
  /// is taken.
  llvm::Error add(const TargetInfo &info);

  llvm::ArrayRef<const TargetInfo *> getTargets() const { return targets; }
  std::vector<const ProcessorInfo *> getProcessors() const;

  /// Completes a quadruple.
  llvm::Expected<Quadruple> parse(llvm::StringRef quadruple) const;
  /// The target that \p quadruple, completed by parse(), names.
  const TargetInfo &lookup(const Quadruple &quadruple) const;
  /// The target that recognizes \p file as its output, or null.
  const TargetInfo *recognize(llvm::MemoryBufferRef file) const;

  /// --list-targets.
  void print(llvm::raw_ostream &os) const;

private:
  std::vector<const TargetInfo *> targets;
};

/// Adds every target of the tree, in alphabetical order.
void registerAllTargets(TargetRegistry &registry);

/// What a shared object with a target of its own exports:
///   extern "C" onnc::TargetPlugin onncGetTargetPlugin();
struct TargetPlugin {
  /// onncTargetABI as the plugin was built with it.
  uint32_t abi;
  const TargetInfo *info;
};
/// Grows whenever a header that a target includes changes incompatibly.
constexpr uint32_t onncTargetABI = 2;
constexpr const char *targetPluginEntry = "onncGetTargetPlugin";

/// Loads the shared object \p path and adds its target.
llvm::Error loadTargetPlugin(TargetRegistry &registry, llvm::StringRef path);

} // namespace onnc

#endif // ONNC_TARGET_TARGETREGISTRY_H
