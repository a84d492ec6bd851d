//===- MemoryPlanValidator.cpp -------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/MemoryPlanValidator.h"
#include "onnc/CodeGen/MemoryPlanner.h"
#include "llvm/ADT/STLExtras.h"
#include <numeric>

using namespace llvm;
using namespace onnc;

Error onnc::validatePlan(const MemoryProblem &problem, const MemoryPlan &plan) {
  const std::vector<Buffer> &buffers = problem.buffers;
  if (plan.offsets.size() != buffers.size())
    return createStringError("the plan has " + Twine(plan.offsets.size()) +
                             " offsets for " + Twine(buffers.size()) +
                             " buffers");
  std::vector<size_t> byBirth(buffers.size());
  std::iota(byBirth.begin(), byBirth.end(), 0);
  llvm::stable_sort(byBirth, [&](size_t a, size_t b) {
    return buffers[a].lifespan.lower < buffers[b].lifespan.lower;
  });
  // Those born before the one looked at, less some that have died.
  std::vector<size_t> live;
  int64_t peak = 0;
  for (size_t i : byBirth) {
    const Buffer &a = buffers[i];
    int64_t begin = plan.offsets[i];
    auto complain = [&](const Twine &what) {
      return createStringError("buffer '" + a.id + "' at offset " +
                               Twine(begin) + " " + what);
    };
    if (begin < 0 || begin > problem.capacity ||
        a.size > problem.capacity - begin)
      return complain("isn't inside the memory of " + Twine(problem.capacity) +
                      " bytes");
    int64_t end = begin + a.size;
    if (begin % a.alignment != 0)
      return complain("isn't aligned to " + Twine(a.alignment));
    if (a.fixedOffset && *a.fixedOffset != begin)
      return complain("is fixed at " + Twine(*a.fixedOffset));
    llvm::erase_if(live, [&](size_t j) {
      return buffers[j].lifespan.upper <= a.lifespan.lower;
    });
    for (size_t j : live) {
      const Buffer &b = buffers[j];
      int64_t otherBegin = plan.offsets[j], otherEnd = otherBegin + b.size;
      bool apartInSpace = end <= otherBegin || otherEnd <= begin;
      if (!apartInSpace && a.size != 0 && b.size != 0)
        return complain("overlaps buffer '" + b.id + "' at offset " +
                        Twine(otherBegin));
    }
    live.push_back(i);
    peak = std::max(peak, end);
  }
  if (plan.peak != peak)
    return createStringError("the plan claims a peak of " + Twine(plan.peak) +
                             " bytes and has " + Twine(peak));
  if (plan.lowerBound > peak)
    return createStringError("the plan's peak of " + Twine(peak) +
                             " bytes is below its lower bound of " +
                             Twine(plan.lowerBound));
  return Error::success();
}
