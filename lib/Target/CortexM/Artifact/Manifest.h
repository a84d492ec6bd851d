//===- Manifest.h - What a compiled model is called with --------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The output of this target is a directory with C sources, a header and a
/// manifest, a JSON file that says all that a caller needs: how to compile the
/// sources, the memory to provide, inputs and outputs. docs/CortexM.md has the
/// format and the calling convention.
///
/// The emitter fills a Manifest; the header is printed from it (Header.h), and
/// onnc-run reads it back. What is read is hostile until read() accepted it.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_ARTIFACT_MANIFEST_H
#define ONNC_TARGET_CORTEXM_ARTIFACT_MANIFEST_H

#include "onnc/Support/ElementType.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>
#include <string>
#include <vector>

namespace onnc::cortexm {

struct Processor;

/// "int8_t" for i8; nullopt for types that have none in C99 (f16, i4, …).
std::optional<llvm::StringRef> getCType(ElementType type);

/// An input or output: a dense row-major array in the caller's memory.
struct TensorParameter {
  /// As the model has it; any text.
  std::string name;
  /// Its name in C.
  std::string parameter;
  ElementType type = ElementType::F32;
  /// At least one element.
  llvm::SmallVector<int64_t, 6> shape;

  int64_t getNumElements() const;
  /// As an array in C.
  int64_t getNumBytes() const;
};

struct Manifest {
  static constexpr llvm::StringLiteral format = "onnc-cortexm";
  static constexpr int64_t version = 1;
  static constexpr llvm::StringLiteral externalParameter = "external_arena";

  /// An identifier that names the files and starts the names of all global
  /// symbols and macros: "kws" for kws.h, kws_run, KWS_ARENA_BYTES.
  std::string model;
  /// In Processor.h's table.
  const Processor *processor = nullptr;
  /// Files in the artifact's directory that are compiled: "kws.c".
  std::vector<std::string> sources;
  /// All that the C compiler must be told; the processor's flags among them.
  std::vector<std::string> flags;

  /// What `kws_run` works in: bytes, and a power of two.
  int64_t arenaBytes = 0;
  int64_t arenaAlignment = 8;
  /// The same in external RAM; models that need no byte of it don't have the
  /// parameter.
  int64_t externalBytes = 0;
  int64_t externalAlignment = 8;
  std::vector<TensorParameter> inputs, outputs;

  std::string getHeader() const { return model + ".h"; }
  std::string getEntry() const { return model + "_run"; }
  /// Whether the entry has the parameter `external_arena`, behind `arena`.
  bool usesExternalRam() const { return externalBytes != 0; }
  /// `prefix` of macros: "KWS_".
  std::string getMacroPrefix() const {
    return llvm::StringRef(model).upper() + "_";
  }

  /// What an emitter starts from: names made of \p model's, one source, flags
  /// for speed.
  static Manifest create(llvm::StringRef model, const Processor &processor);
  /// Append a tensor and name its parameter. An error where the type has none
  /// in C99, or the shape no element.
  llvm::Error addInput(llvm::StringRef name, ElementType type,
                       llvm::ArrayRef<int64_t> shape);
  llvm::Error addOutput(llvm::StringRef name, ElementType type,
                        llvm::ArrayRef<int64_t> shape);

  /// What is wrong with it, with the place ("inputs[1].shape: …"). Everything
  /// that generated C or a command line is made of has been checked then.
  llvm::Error verify() const;

  /// As JSON.
  void write(llvm::raw_ostream &os) const;
  /// The inverse. Errors say where in \p text they are.
  static llvm::Expected<Manifest> read(llvm::StringRef text);
  /// Is \p text perhaps a manifest, of whatever version?
  static bool recognize(llvm::StringRef text);

private:
  llvm::Error add(std::vector<TensorParameter> &list, llvm::StringRef name,
                  ElementType type, llvm::ArrayRef<int64_t> shape);
};

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_ARTIFACT_MANIFEST_H
