//===- Import.h - ONNX models to IR --------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Reads an ONNX model and gives IR in which every operator has its newest
/// form, all types are inferred as far as they can be, functions are inlined
/// and bodies are closed. Operator sets 1 to 28 are read; what changed before
/// version 7 only where its meaning can be kept.
///
/// The file stays mapped: constants are slices of it (or of the files with
/// external data) and are never copied, unless the file spells them out as
/// varints or as sparse tensors.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IMPORT_ONNX_IMPORT_H
#define ONNC_IMPORT_ONNX_IMPORT_H

#include "onnc/IR/Builder.h"
#include "onnc/IR/Module.h"
#include "llvm/ADT/StringMap.h"
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace onnc {

/// The newest operator set of the default domain that is understood.
constexpr int64_t newestOnnxOpset = 28;
/// The same of ai.onnx.ml.
constexpr int64_t newestOnnxMlOpset = 5;

/// ONNX's domain of operators that train (Adam, Gradient, …), which are
/// refused.
constexpr llvm::StringLiteral trainingDomain = "ai.onnx.preview.training";

/// A node of a domain that ONNX doesn't define.
struct ForeignNode {
  llvm::StringRef domain;
  llvm::StringRef opType;
  int64_t opsetVersion;
  /// Null where an optional input is absent.
  llvm::ArrayRef<Value *> inputs;
  llvm::ArrayRef<NamedAttr> attributes;
  unsigned numOutputs;
};

/// Builds the operations for a node with \p builder, which stands at its place
/// and has its location. Gives a value for each output, or an error whose
/// message is the reason why the node isn't supported.
using ForeignImporter =
    std::function<llvm::Expected<llvm::SmallVector<Value *, 2>>(
        Builder &builder, const ForeignNode &node)>;

struct ImportOptions {
  /// Shapes of inputs by name; they fix symbolic and unknown dimensions.
  std::map<std::string, std::vector<int64_t>> shapes;
  /// What imports the nodes of a domain, by domain.
  std::map<std::string, ForeignImporter> foreignImporters;
};

/// Reads the option "name=1x3x224x224" ("name=" is a scalar) into \p options.
llvm::Error parseShapeOption(llvm::StringRef text, ImportOptions &options);

/// Imports the model file \p path. The module's graph "main" is the model's
/// graph, and it has the property Imported. Null, with errors reported that
/// name the file and the node, where that can't be done.
std::unique_ptr<Module> importModel(Context &context, llvm::StringRef path,
                                    const ImportOptions &options = {});

/// The same for a model in memory; \p name stands for the file's in messages.
/// External data is looked for beside it.
std::unique_ptr<Module> importModel(Context &context, BlobRef bytes,
                                    llvm::StringRef name,
                                    const ImportOptions &options = {});

/// Whether \p bytes, the beginning of a file, are rather an ONNX model than
/// text.
bool looksLikeOnnx(llvm::StringRef bytes);

} // namespace onnc

#endif // ONNC_IMPORT_ONNX_IMPORT_H
