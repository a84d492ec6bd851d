//===- AnalysisManager.h - Facts computed on demand -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// An analysis computes facts about a module or a graph without changing it.
/// It is computed when first asked for, cached, and dropped together with every
/// analysis that queried it when a pass changes the module without declaring
/// that it preserves it. An analysis is a class like this:
///
///   class Liveness {
///   public:
///     static const AnalysisKey key; // in the .cpp: {"liveness"}
///     Liveness(Graph &graph, AnalysisManager &analyses);
///     bool operator==(const Liveness &) const; // or print(raw_ostream &)
///   };
///
/// Equality (or the printed text) is what --verify-analyses compares. The
/// constructor may query other analyses; a circle is a bug.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_ANALYSISMANAGER_H
#define ONNC_PASS_ANALYSISMANAGER_H

#include "onnc/IR/Module.h"
#include "llvm/Support/raw_ostream.h"
#include <concepts>
#include <functional>
#include <memory>
#include <vector>

namespace onnc {

/// The identity of an analysis is its key's address; no RTTI is needed. Keys
/// are constant-initialised statics.
struct AnalysisKey {
  const char *name;
};

class AnalysisManager;

namespace detail {

template <typename T>
concept HasEquality = requires(const T &a) {
  { a == a } -> std::convertible_to<bool>;
};
template <typename T>
concept HasPrint = requires(const T &a, llvm::raw_ostream &os) {
  a.print(os);
};

/// A cached result behind an interface.
class AnalysisResult {
public:
  virtual ~AnalysisResult();
  virtual bool equals(const AnalysisResult &other) const = 0;
};

template <typename T> class AnalysisResultOf final : public AnalysisResult {
  static_assert(HasEquality<T> || HasPrint<T>,
                "an analysis needs operator== or print, for verification");

public:
  template <typename Unit>
  AnalysisResultOf(Unit &unit, AnalysisManager &analyses)
      : value(unit, analyses) {}

  bool equals(const AnalysisResult &other) const override {
    const T &b = static_cast<const AnalysisResultOf &>(other).value;
    if constexpr (HasEquality<T>) {
      return value == b;
    } else {
      std::string textA, textB;
      llvm::raw_string_ostream osA(textA), osB(textB);
      value.print(osA);
      b.print(osB);
      return textA == textB;
    }
  }

  const T value;
};

} // namespace detail

/// Computes, caches and invalidates the analyses of one module. Results are
/// owned here; references to them live until they are invalidated.
class AnalysisManager {
public:
  AnalysisManager() = default;
  AnalysisManager(const AnalysisManager &) = delete;
  AnalysisManager &operator=(const AnalysisManager &) = delete;

  /// The result of T on \p unit, a Module or a Graph.
  template <typename T, typename Unit> const T &get(Unit &unit) {
    auto compute = [](void *u, AnalysisManager &analyses)
        -> std::unique_ptr<detail::AnalysisResult> {
      return std::make_unique<detail::AnalysisResultOf<T>>(
          *static_cast<Unit *>(u), analyses);
    };
    return static_cast<const detail::AnalysisResultOf<T> &>(
               lookup(T::key, &unit, compute))
        .value;
  }
  /// The same if it is cached, else null.
  template <typename T, typename Unit> const T *getCached(Unit &unit) const {
    const Entry *entry = find(T::key, &unit);
    return entry ? &static_cast<const detail::AnalysisResultOf<T> &>(
                        *entry->result)
                        .value
                 : nullptr;
  }

  /// Drops every result that isn't one of \p preserved, and what queried a
  /// dropped one.
  void invalidate(llvm::ArrayRef<const AnalysisKey *> preserved = {});
  /// Drops results on graphs that \p module no longer holds, and what queried
  /// them.
  void dropStaleGraphs(const Module &module);
  void clear() { entries.clear(); }

  /// Computes every cached result afresh; returns the keys of those that
  /// differ, each once.
  std::vector<const AnalysisKey *> findStale() const;

  /// Called before (true) and after (false) an analysis is computed.
  using Observer = std::function<void(const AnalysisKey &, bool begins)>;
  void setObserver(Observer o) { observer = std::move(o); }
  /// Called for every query, cached or not, that doesn't come from an analysis.
  using QueryHook = std::function<void(const AnalysisKey &)>;
  void setQueryHook(QueryHook h) { queryHook = std::move(h); }

private:
  using ComputeFn =
      std::unique_ptr<detail::AnalysisResult> (*)(void *, AnalysisManager &);
  struct Entry {
    const AnalysisKey *key;
    void *unit;
    ComputeFn compute;
    std::unique_ptr<detail::AnalysisResult> result;
    /// The entries that queried this one, as (key, unit).
    std::vector<std::pair<const AnalysisKey *, void *>> dependents;
  };

  Entry *find(const AnalysisKey &key, const void *unit) const;
  const detail::AnalysisResult &lookup(const AnalysisKey &key, void *unit,
                                       ComputeFn compute);
  void drop(llvm::function_ref<bool(const Entry &)> isDoomed);

  /// In the order of computation; there are few.
  std::vector<std::unique_ptr<Entry>> entries;
  /// What is being computed, the innermost last.
  std::vector<std::pair<const AnalysisKey *, void *>> active;
  Observer observer;
  QueryHook queryHook;
};

} // namespace onnc

#endif // ONNC_PASS_ANALYSISMANAGER_H
