//===- Knobs.h - The values of knobs, and hints -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The knobs of a compilation and how a retry tightens them. A driver or a
/// search sets knobs before a pipeline runs; passes read them; only a retry
/// hint moves one while it runs.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_KNOBS_H
#define ONNC_PASS_KNOBS_H

#include "onnc/Pass/PassInfo.h"
#include <map>

namespace onnc {

class PassRegistry;

/// A typed constraint on a knob of a pass: the knob's value has to go in its
/// tightening direction, to \p limit or beyond (values between two steps give
/// the stricter one), or one step where there is no limit.
struct KnobHint {
  std::string pass;
  std::string knob;
  std::optional<int64_t> limit;

  static KnobHint limitTo(llvm::StringRef pass, llvm::StringRef knob,
                          int64_t limit) {
    return {pass.str(), knob.str(), limit};
  }
  static KnobHint oneStep(llvm::StringRef pass, llvm::StringRef knob) {
    return {pass.str(), knob.str(), std::nullopt};
  }
};

/// Values of knobs by (pass, knob). What isn't set has its default.
class KnobSettings {
public:
  /// The value of \p knob, one of \p pass's.
  int64_t get(const PassInfo &pass, const KnobInfo &knob) const;
  bool isSet(llvm::StringRef pass, llvm::StringRef knob) const;
  /// \p value must be in the knob's domain.
  void set(llvm::StringRef pass, const KnobInfo &knob, int64_t value);
  /// Sets from "pass.knob=value". The error names what is unknown and what
  /// comes nearest.
  llvm::Error parse(llvm::StringRef text, const PassRegistry &registry);

  /// Moves \p knob as \p hint says and returns the new value. An error where
  /// that isn't strictly tighter or leaves the domain; nothing changes then.
  llvm::Expected<int64_t> tighten(const PassInfo &pass, const KnobInfo &knob,
                                  const KnobHint &hint);

  /// All values that were set, as "pass.knob=value", sorted.
  std::vector<std::string> list(const PassRegistry &registry) const;
  bool operator==(const KnobSettings &) const = default;

private:
  std::map<std::pair<std::string, std::string>, int64_t> values;
};

} // namespace onnc

#endif // ONNC_PASS_KNOBS_H
