//===- Target.h - What a target is ------------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A target is what a vendor adds: a machine description, operators with their
/// legality and cost, a pipeline, and emitters. It is created for a quadruple
/// by the factory in its TargetInfo, which the registry holds. Nothing outside
/// the target's directory names it.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_TARGET_H
#define ONNC_TARGET_TARGET_H

#include "onnc/Machine/Machine.h"
#include "onnc/Machine/OperatorModel.h"
#include "onnc/Target/Program.h"
#include "onnc/Target/Quadruple.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"
#include <memory>
#include <string>

namespace llvm {
class raw_pwrite_stream;
}

namespace onnc {

class Context;
class Module;
class PassRegistry;

/// -O0 … -O3. What each means is up to the target's pipeline; a higher level
/// may take longer to compile and never gives other results.
enum class OptLevel : uint8_t { O0, O1, O2, O3 };

/// What a target can write: --emit=<name>.
struct OutputKind {
  llvm::StringRef name;        ///< "obj", "asm", "c"
  llvm::StringRef extension;   ///< of the default output file: ".mlu"
  llvm::StringRef description; ///< for --help and --list-targets
  /// Several files in a directory, which emitDirectory() writes.
  bool isDirectory = false;
};

class Target {
public:
  virtual ~Target() = default;

  virtual const Machine &getMachine() const = 0;
  /// Which operators of the tensor level it can run, and their cost.
  virtual const OperatorModel &getOperatorModel() const = 0;

  /// Adds the target's operators to \p context.
  virtual void registerOps(Context &context) const = 0;
  /// Adds the target's passes, and those generic ones that need to know the
  /// machine (registerCodeGenPasses).
  virtual void registerPasses(PassRegistry &registry) const = 0;
  /// The default pipeline, as text, from an imported module to one that
  /// emit() accepts.
  virtual std::string getPipeline(OptLevel level) const = 0;

  /// The first is the default.
  virtual llvm::ArrayRef<OutputKind> getOutputKinds() const = 0;
  /// Writes \p module, which has gone through the pipeline. \p kind is one of
  /// getOutputKinds() that is one file.
  virtual llvm::Error emit(const Module &module, llvm::StringRef kind,
                           llvm::raw_pwrite_stream &os) const = 0;
  /// The same for a kind that is a directory: writes files into \p directory,
  /// which is made where there is none; others there stay. The last that
  /// appears is named "….json" and describes the rest: what TargetInfo::load
  /// gets.
  virtual llvm::Error emitDirectory(const Module &module, llvm::StringRef kind,
                                    llvm::StringRef directory) const;
};

/// A board that a target's programs can be run on here, most likely emulated.
struct BoardInfo {
  llvm::StringRef name; ///< "mps2-an386"
  llvm::StringRef processor;
  llvm::StringRef description;
};

/// How a program shall be run.
struct LoadOptions {
  /// One of the target's boards; "": the processor's usual one.
  llvm::StringRef board;
  /// Seconds after which a program counts as hanging, where it runs in an
  /// emulator that can't tell; all runs of Program::runEach together.
  unsigned timeLimit = 600;
  /// Threads of the host that a native program works on, at least 1.
  unsigned threads = 1;
};

/// What the registry knows of a target before one is created.
struct TargetInfo {
  llvm::StringRef name; ///< "MLU"
  llvm::StringRef description;
  llvm::ArrayRef<ProcessorInfo> processors;

  /// A target for \p quadruple, whose processor is one of the above.
  llvm::Expected<std::unique_ptr<Target>> (*create)(const Quadruple &quadruple);

  /// Does \p file look like an output of this target? May be null, where
  /// nothing it writes can be run here.
  bool (*recognize)(llvm::MemoryBufferRef file);
  /// Loads an output that recognize() accepted. The file may be hostile. Of an
  /// output of several files it is the one that describes the others, which
  /// lie beside it: the buffer's identifier is its path. Nothing is read there
  /// after load() has returned.
  llvm::Expected<std::unique_ptr<Program>> (*load)(
      std::unique_ptr<llvm::MemoryBuffer> file, const LoadOptions &options);
  /// Where programs run on boards; else none.
  llvm::ArrayRef<BoardInfo> boards = {};
};

} // namespace onnc

#endif // ONNC_TARGET_TARGET_H
