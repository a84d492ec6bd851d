//===- Compiler.h - From a model to a file ----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A compilation session: a quadruple names a target, whose default pipeline
/// (or another that the user gives) takes a module to where the target can
/// emit it.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_COMPILER_H
#define ONNC_DRIVER_COMPILER_H

#include "onnc/IR/Module.h"
#include "onnc/Pass/PassOptions.h"
#include "onnc/Target/TargetRegistry.h"

namespace onnc {

class Compiler {
public:
  /// Knows the core's operators and passes, and the targets of \p targets.
  Compiler(Context &context, const TargetRegistry &targets);

  /// Chooses the target for \p quadruple and registers its operators and
  /// passes. Once at most. A list of quadruples, a platform, is refused where
  /// it has more than one.
  LogicalResult setQuadruple(llvm::StringRef quadruple);
  /// Null before setQuadruple.
  const Target *getTarget() const { return target.get(); }
  const Quadruple &getQuadruple() const { return quadruple; }
  PassRegistry &getPasses() { return passes; }

  /// The pipeline that `options.passes` gives, else the target's default, else
  /// an empty one; behind expand-functions where that is asked for.
  std::optional<Pipeline> getPipeline(const PassOptions &options,
                                      OptLevel level);

  /// Runs \p pipeline on \p module.
  LogicalResult compile(Module &module, const Pipeline &pipeline,
                        const PassOptions &options);

  /// Writes what the target makes of the compiled \p module. \p kind is one of
  /// the target's output kinds. Fails, with the error reported, where the
  /// module hasn't come far enough.
  LogicalResult emit(const Module &module, llvm::StringRef kind,
                     llvm::raw_pwrite_stream &os);
  /// The same where that kind is a directory: \p path.
  LogicalResult emitDirectory(const Module &module, llvm::StringRef kind,
                              llvm::StringRef path);

  /// That \p module has come as far as targets want it. Fails, with the error
  /// reported, otherwise.
  LogicalResult checkEmission(const Module &module);

private:
  Context &context;
  const TargetRegistry &targets;
  PassRegistry passes;
  Quadruple quadruple;
  std::unique_ptr<Target> target;
};

} // namespace onnc

#endif // ONNC_DRIVER_COMPILER_H
