//===- Races.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Races.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

IterationId IterationTree::enter(IterationId parent, int32_t run,
                                 const Operation &loop,
                                 ArrayRef<int64_t> point) {
  nodes.push_back({parent, run, nodes[parent].depth + 1, &loop,
                   SmallVector<int64_t, 4>(point)});
  return nodes.size() - 1;
}

std::pair<IterationId, IterationId>
IterationTree::separate(IterationId a, IterationId b) const {
  while (nodes[a].depth > nodes[b].depth)
    a = nodes[a].parent;
  while (nodes[b].depth > nodes[a].depth)
    b = nodes[b].parent;
  while (a != b && nodes[a].parent != nodes[b].parent) {
    a = nodes[a].parent;
    b = nodes[b].parent;
  }
  return {a, b};
}

bool IterationTree::areParallel(IterationId a, IterationId b) const {
  if (a == none || b == none || a == b)
    return false;
  auto [x, y] = separate(a, b);
  return x != y && nodes[x].run == nodes[y].run;
}

int32_t IterationTree::getDivergence(IterationId a, IterationId b) const {
  return nodes[separate(a, b).first].depth;
}

std::string IterationTree::describe(IterationId id, IterationId other) const {
  std::string text = "iteration [";
  raw_string_ostream os(text);
  interleaveComma(nodes[separate(id, other).first].point, os);
  os << ']';
  return text;
}

IterationId AccessLog::read(int64_t i, IterationId by,
                            const IterationTree &tree) {
  Record &record = getRecord(i);
  auto &[first, second] = record.readers;
  if (first == by)
    return IterationTree::none;
  if (tree.areParallel(record.writer, by))
    return record.writer;
  if (first == IterationTree::none) {
    first = by;
  } else if (!tree.areParallel(first, by)) {
    // What follows the first reader stands for it: an access that conflicts
    // with the first one and is still to come conflicts with this one.
    first = by;
    if (!tree.areParallel(second, by))
      second = IterationTree::none;
  } else if (second == IterationTree::none ||
             tree.getDivergence(first, by) <
                 tree.getDivergence(first, second)) {
    second = by;
  }
  return IterationTree::none;
}

IterationId AccessLog::write(int64_t i, IterationId by,
                             const IterationTree &tree) {
  Record &record = getRecord(i);
  for (IterationId other :
       {record.writer, record.readers[0], record.readers[1]})
    if (tree.areParallel(other, by))
      return other;
  record = {by, {IterationTree::none, IterationTree::none}};
  return IterationTree::none;
}
