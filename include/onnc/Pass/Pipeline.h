//===- Pipeline.h - Sequences of passes as text -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A pipeline is text: passes separated by commas, options and knobs in braces,
/// loops in parentheses.
///
///   pipeline := [ element { ',' element } ]
///   element  := name [ '{' { name [ '=' value ] } '}' ] [ '(' pipeline ')' ]
///   value    := scalar | '[' [ scalar { ',' scalar } ] ']'
///   scalar   := word | '"' text '"'
///
/// The only element with a body is `fixpoint{max=N}(…)`: it repeats its body
/// until no pass of it reports a change, at most N times (10 by default). A
/// name without a value means true; in quotes, \", \\ and \n are escapes.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_PIPELINE_H
#define ONNC_PASS_PIPELINE_H

#include "onnc/Pass/PassRegistry.h"

namespace onnc {

/// One occurrence of a pass, or a loop around others.
struct PipelineElement {
  /// Null for a loop.
  std::unique_ptr<Pass> pass;
  /// The options and knobs that the text sets, in its order; indices into the
  /// pass's record.
  std::vector<std::pair<unsigned, OptionValue>> options;
  std::vector<std::pair<unsigned, int64_t>> knobs;
  /// A loop's bound and body.
  unsigned maxIterations = 0;
  std::vector<PipelineElement> body;
  /// Where it stands in the text.
  DiagLocation location;
  std::string sourceLine;

  bool isLoop() const { return !pass; }
};

class Pipeline {
public:
  static constexpr llvm::StringLiteral loopName = "fixpoint";
  static constexpr unsigned defaultMaxIterations = 10;

  Pipeline() = default;
  Pipeline(Pipeline &&) = default;
  Pipeline &operator=(Pipeline &&) = default;

  /// Parses \p text and creates its passes with their options. Syntax errors,
  /// unknown passes and unknown or ill-typed options are reported with line,
  /// column and caret; nullopt then. \p sourceName is for messages.
  static std::optional<Pipeline> parse(llvm::StringRef text,
                                       const PassRegistry &registry,
                                       DiagnosticEngine &diagnostics,
                                       llvm::StringRef sourceName = "pipeline");

  /// Checks, without running anything, that every pass will find what it
  /// declares to need when the input has the properties \p input: no circular
  /// dependencies, order, properties, mandatory passes, no contradicting
  /// values of a knob. Reports every violation.
  LogicalResult check(PropertySet input, const PassRegistry &registry,
                      DiagnosticEngine &diagnostics) const;

  /// The canonical text, which parses to the same pipeline. Only what was set
  /// explicitly is printed.
  void print(llvm::raw_ostream &os) const;
  std::string str() const;
  /// The text of one pass with its options and knobs.
  static void printElement(const PipelineElement &element,
                           llvm::raw_ostream &os);

  /// Sets an option of every occurrence of a pass that declares it, \p value
  /// being of its kind. Returns how many there are.
  unsigned setOption(llvm::StringRef pass, llvm::StringRef option,
                     const OptionValue &value);

  llvm::ArrayRef<PipelineElement> getElements() const { return elements; }
  bool empty() const { return elements.empty(); }
  /// Takes over the elements of \p other, at the end.
  void append(Pipeline other);
  /// Calls \p fn on every occurrence of a pass, in order.
  void forEachPass(llvm::function_ref<void(const PipelineElement &)> fn) const;

private:
  friend class PipelineParser;
  std::vector<PipelineElement> elements;
};

} // namespace onnc

#endif // ONNC_PASS_PIPELINE_H
