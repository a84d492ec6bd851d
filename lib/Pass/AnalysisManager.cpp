//===- AnalysisManager.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/AnalysisManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace llvm;
using namespace onnc;

onnc::detail::AnalysisResult::~AnalysisResult() = default;

AnalysisManager::Entry *AnalysisManager::find(const AnalysisKey &key,
                                              const void *unit) const {
  for (const std::unique_ptr<Entry> &entry : entries)
    if (entry->key == &key && entry->unit == unit)
      return entry.get();
  return nullptr;
}

const onnc::detail::AnalysisResult &
AnalysisManager::lookup(const AnalysisKey &key, void *unit, ComputeFn compute) {
  assert(!is_contained(active, std::make_pair(&key, unit)) &&
         "an analysis queries itself");
  if (active.empty() && queryHook)
    queryHook(key);
  Entry *entry = find(key, unit);
  if (!entry) {
    if (observer)
      observer(key, true);
    active.push_back({&key, unit});
    std::unique_ptr<onnc::detail::AnalysisResult> result = compute(unit, *this);
    active.pop_back();
    if (observer)
      observer(key, false);
    entries.push_back(std::make_unique<Entry>(
        Entry{&key, unit, compute, std::move(result), {}}));
    entry = entries.back().get();
  }
  if (!active.empty() && !is_contained(entry->dependents, active.back()))
    entry->dependents.push_back(active.back());
  return *entry->result;
}

void AnalysisManager::drop(function_ref<bool(const Entry &)> isDoomed) {
  SmallVector<Entry *, 8> worklist;
  for (const std::unique_ptr<Entry> &entry : entries)
    if (isDoomed(*entry))
      worklist.push_back(entry.get());
  SmallPtrSet<Entry *, 8> doomed(worklist.begin(), worklist.end());
  while (!worklist.empty()) {
    Entry *entry = worklist.pop_back_val();
    for (auto [key, unit] : entry->dependents)
      if (Entry *dependent = find(*key, unit))
        if (doomed.insert(dependent).second)
          worklist.push_back(dependent);
  }
  // A result may refer to those it queried, which were computed before it.
  for (auto &entry : reverse(entries))
    if (doomed.contains(entry.get()))
      entry.reset();
  llvm::erase(entries, nullptr);
}

void AnalysisManager::invalidate(ArrayRef<const AnalysisKey *> preserved) {
  drop([&](const Entry &e) { return !is_contained(preserved, e.key); });
}

void AnalysisManager::dropStaleGraphs(const Module &module) {
  drop([&](const Entry &e) {
    return e.unit != &module && none_of(module.getGraphs(), [&](const auto &g) {
             return g.get() == e.unit;
           });
  });
}

std::vector<const AnalysisKey *> AnalysisManager::findStale() const {
  AnalysisManager fresh;
  std::vector<const AnalysisKey *> stale;
  for (const std::unique_ptr<Entry> &entry : entries)
    if (!fresh.lookup(*entry->key, entry->unit, entry->compute)
             .equals(*entry->result))
      if (!is_contained(stale, entry->key))
        stale.push_back(entry->key);
  return stale;
}
