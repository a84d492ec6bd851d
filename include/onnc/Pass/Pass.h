//===- Pass.h - Passes ------------------------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A pass transforms or checks a module. What it needs, offers and can be asked
/// to do is declared in its record (PassBase.td); what it does is one function.
/// That function is const: decisions live in the IR or in knobs, so that a
/// pass can be run again on a restored module.
///
///   struct EliminateDeadCode : EliminateDeadCodeBase {
///     PassResult run(Module &module, PassContext &context) const override;
///   };
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_PASS_H
#define ONNC_PASS_PASS_H

#include "onnc/IR/Context.h"
#include "onnc/Pass/AnalysisManager.h"
#include "onnc/Pass/Knobs.h"

namespace onnc {

/// Asks to restore the module as it was before the latest run of pass
/// \p point, to tighten a knob, and to go on from there.
struct RetryRequest {
  /// One of the pass's declared retry points.
  std::string point;
  KnobHint hint;
  /// Why, for the log: "needs 70000 bytes, has 65536".
  std::string reason;
  /// What is reported where the request isn't granted, with what was tried
  /// added as notes; where there are none, that it isn't.
  std::vector<Diagnostic> errors = {};
};

/// What a run of a pass came to.
class [[nodiscard]] PassResult {
public:
  enum class Kind : uint8_t { Unchanged, Changed, Error, Retry };

  /// The module is exactly as it was; all analyses stay valid.
  static PassResult unchanged() { return PassResult(Kind::Unchanged); }
  static PassResult changed() { return PassResult(Kind::Changed); }
  static PassResult changedIf(bool changed) {
    return PassResult(changed ? Kind::Changed : Kind::Unchanged);
  }
  /// The error has been reported.
  static PassResult error() { return PassResult(Kind::Error); }
  static PassResult retry(RetryRequest request) {
    PassResult result(Kind::Retry);
    result.request = std::make_unique<RetryRequest>(std::move(request));
    return result;
  }
  /// `return op->emitError() << "…";` reports and fails.
  PassResult(InFlightDiagnostic &&diag) : kind(Kind::Error) { diag.report(); }

  Kind getKind() const { return kind; }
  bool isError() const { return kind == Kind::Error; }
  /// Only of a Retry.
  const RetryRequest &getRequest() const { return *request; }

private:
  explicit PassResult(Kind kind) : kind(kind) {}

  Kind kind;
  std::unique_ptr<RetryRequest> request;
};

/// A declared statistic of the running pass, by its place in the record.
struct Statistic {
  unsigned index;
};

/// What a running pass sees of the compilation.
class PassContext {
public:
  PassContext(Context &context, const PassInfo &pass, AnalysisManager &analyses,
              const KnobSettings &knobs,
              llvm::MutableArrayRef<uint64_t> statistics)
      : context(context), pass(pass), analyses(analyses), knobs(knobs),
        statistics(statistics) {}

  Context &getContext() const { return context; }
  DiagnosticEngine &getDiagnostics() const { return context.getDiagnostics(); }

  /// The analysis T of \p unit, a Module or a Graph; the pass's record must
  /// declare it. The reference lives until the pass ends or calls invalidate.
  template <typename T, typename Unit> const T &getAnalysis(Unit &unit) {
    return analyses.get<T>(unit);
  }
  /// For a pass that changes the module and then queries again: drops all
  /// results.
  void invalidateAnalyses() { analyses.invalidate(); }

  /// The value of the declared knob \p index; generated accessors call it.
  int64_t getKnob(unsigned index) const {
    return knobs.get(pass, pass.knobs[index]);
  }
  void count(Statistic statistic, uint64_t by = 1) {
    statistics[statistic.index] += by;
  }

private:
  Context &context;
  const PassInfo &pass;
  AnalysisManager &analyses;
  const KnobSettings &knobs;
  llvm::MutableArrayRef<uint64_t> statistics;
};

class Pass {
public:
  Pass(const Pass &) = delete;
  Pass &operator=(const Pass &) = delete;
  virtual ~Pass();

  const PassInfo &getInfo() const { return info; }
  llvm::StringRef getName() const { return info.name; }

  /// Errors are reported to the context's diagnostics.
  virtual PassResult run(Module &module, PassContext &context) const = 0;

  /// Sets the declared option \p index to \p value, which is of its kind.
  /// Generated; called before the pass runs.
  virtual void setOption(unsigned index, const OptionValue &value) = 0;

protected:
  explicit Pass(const PassInfo &info) : info(info) {}

private:
  const PassInfo &info;
};

} // namespace onnc

#endif // ONNC_PASS_PASS_H
