//===- Plugin.h - Passes from shared libraries ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A plugin is a shared library with one C function:
///
///   extern "C" const onnc::PassPluginInfo *onncGetPassPlugin() {
///     static constexpr onnc::PassPluginInfo info = {
///         ONNC_PASS_PLUGIN_ABI, "my-passes", "1.0", registerMyPasses,
///         /*registerOps=*/nullptr};
///     return &info;
///   }
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_PLUGIN_H
#define ONNC_PASS_PLUGIN_H

#include "onnc/Pass/PassRegistry.h"

/// Raised whenever PassPluginInfo, or a class that plugins derive from,
/// changes its layout.
#define ONNC_PASS_PLUGIN_ABI 1

namespace onnc {

struct PassPluginInfo {
  /// First, so that it can be read whatever follows.
  uint32_t abiVersion;
  const char *name;
  const char *version;
  llvm::Error (*registerPasses)(PassRegistry &registry);
  /// Operators of its own; may be null.
  void (*registerOps)(Context &context);
};

/// Loads the library \p path, for the rest of the program, and registers what
/// it has.
llvm::Error loadPassPlugin(llvm::StringRef path, PassRegistry &registry,
                           Context &context);

} // namespace onnc

#endif // ONNC_PASS_PLUGIN_H
