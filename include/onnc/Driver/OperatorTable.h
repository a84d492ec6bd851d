//===- OperatorTable.h - Which operators run where --------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The answer to "which operators can it run?": for each ONNX operator the
/// operator sets that are read, the element types that its record allows, and
/// those in which the interpreter and each target execute it.
///
/// Nothing of this is written down anywhere: the interpreter executes instances
/// of the operator (lib/Driver/OperatorSamples.def), and a target takes them
/// through its default pipeline, where its OperatorModel decides. So a type
/// counts as supported where one usual instance is; other shapes or attributes
/// may be refused.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_OPERATORTABLE_H
#define ONNC_DRIVER_OPERATORTABLE_H

#include "onnc/IR/OpInfo.h"
#include "onnc/Import/ONNX/OperatorHistory.h"
#include <memory>
#include <string>
#include <vector>

namespace onnc {

class Context;
class TargetRegistry;

/// What executes an operator, and in which element types of its leading value:
/// the first operand (or else result) that has a choice.
struct OperatorSupport {
  /// Bit i for ElementType i.
  uint64_t types = 0;
  /// Those for which --expand-functions is needed.
  uint64_t expanded = 0;
  /// Why there are no others: the most frequent reason. Empty where none is
  /// missing.
  std::string refusal;

  uint64_t getAll() const { return types | expanded; }
};

struct OperatorRow {
  const OpInfo *info;
  llvm::SmallVector<OperatorVersions, 1> history;
  /// What the record allows.
  uint64_t types;
  /// ONNX defines it by others, which expand-functions can put in its place.
  bool isFunction;
  OperatorSupport interpreter;
  /// By column of the table.
  std::vector<OperatorSupport> targets;
};

struct OperatorTable {
  /// Names of the targets' processors.
  std::vector<std::string> targets;
  /// By name.
  std::vector<OperatorRow> rows;

  /// The row of "onnx.Conv", or null.
  const OperatorRow *lookup(llvm::StringRef name) const;
};

/// The table of all ONNX operators that \p context knows, with a column for
/// each of \p quadruples; where there is none, for the first processor of every
/// target of \p targets. Fails, with the error reported, where a quadruple is
/// wrong.
std::optional<OperatorTable>
makeOperatorTable(Context &context, const TargetRegistry &targets,
                  llvm::ArrayRef<std::string> quadruples);

enum class OperatorTableFormat { Text, Markdown, JSON };

/// "text", "markdown", "json".
std::optional<OperatorTableFormat>
parseOperatorTableFormat(llvm::StringRef name);

void printOperatorTable(const OperatorTable &table, OperatorTableFormat format,
                        llvm::raw_ostream &os);

} // namespace onnc

#endif // ONNC_DRIVER_OPERATORTABLE_H
