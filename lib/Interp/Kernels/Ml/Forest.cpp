//===- Forest.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Forest.h"
#include "Ml.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>
#include <map>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

//===----------------------------------------------------------------------===//
// Walking
//===----------------------------------------------------------------------===//

bool Forest::Branch::takes(double value) const {
  if (std::isnan(value))
    return missingIsTrue;
  switch (mode) {
  case Mode::LE:
    return value <= split;
  case Mode::LT:
    return value < split;
  case Mode::GE:
    return value >= split;
  case Mode::GT:
    return value > split;
  case Mode::EQ:
    return value == split;
  case Mode::NE:
    return value != split;
  case Mode::Member:
    return std::binary_search(members.begin(), members.end(), value);
  }
  llvm_unreachable("unknown mode");
}

ArrayRef<Forest::Vote> Forest::find(unsigned tree, ArrayRef<double> row) const {
  Child at = roots[tree];
  while (!at.isLeaf) {
    const Branch &branch = branches[at.index];
    at = branch.takes(row[branch.feature]) ? branch.onTrue : branch.onFalse;
  }
  return leaves[at.index];
}

//===----------------------------------------------------------------------===//
// Checking
//===----------------------------------------------------------------------===//

Error Forest::check(int64_t columns, int64_t targets) const {
  for (const Branch &branch : branches)
    if (branch.feature < 0 || branch.feature >= columns)
      return fail("a branch looks at feature " + Twine(branch.feature) +
                  " of " + Twine(columns));
  for (const auto &votes : leaves)
    for (const Vote &vote : votes)
      if (vote.target < 0 || vote.target >= targets)
        return fail("a leaf is for target " + Twine(vote.target) + " of " +
                    Twine(targets));
  return Error::success();
}

Error Forest::checkPaths() const {
  enum State : uint8_t { New, Open, Done };
  std::vector<State> states(branches.size(), New);
  // Branches on the current path, each with the number of children seen.
  std::vector<std::pair<int64_t, unsigned>> path;
  auto enter = [&](Child child) {
    if (child.isLeaf || states[child.index] == Done)
      return true;
    if (states[child.index] == Open)
      return false;
    states[child.index] = Open;
    path.push_back({child.index, 0});
    return true;
  };
  for (Child root : roots) {
    if (!enter(root))
      llvm_unreachable("no path is open");
    while (!path.empty()) {
      auto &[index, seen] = path.back();
      const Branch &branch = branches[index];
      if (seen == 2) {
        states[index] = Done;
        path.pop_back();
      } else if (Child next = seen++ ? branch.onFalse : branch.onTrue;
                 !enter(next)) {
        return fail("branch " + Twine(next.index) + " is its own descendant");
      }
    }
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// TreeEnsemble
//===----------------------------------------------------------------------===//

namespace onnc::interp {

/// Reads the attributes of TreeEnsemble.
class ForestReader {
public:
  explicit ForestReader(const KernelContext &ctx) : ctx(ctx) {}
  Expected<Forest> read();

private:
  Error readBranches();
  Error readLeaves();
  Error readMembers();
  Error readRoots();
  Expected<Forest::Child> getChild(int64_t isLeaf, int64_t index) const;

  const KernelContext &ctx;
  Forest forest;
};

/// Reads the attributes of the operators that preceded it.
class OldForestReader {
public:
  OldForestReader(const KernelContext &ctx, StringRef votes)
      : ctx(ctx), votes(votes) {}
  Expected<Forest> read();

private:
  Error readNodes();
  Error readVotes();
  Error readRoots();
  Expected<Forest::Mode> getMode(StringRef text) const;

  /// The list of integers \p name, which must have \p count elements.
  Expected<SmallVector<int64_t, 6>> getInts(const Twine &name,
                                            size_t count) const;

  const KernelContext &ctx;
  StringRef votes;
  Forest forest;
  /// Nodes by the ids of tree and node.
  std::map<std::pair<int64_t, int64_t>, Forest::Child> nodes;
  std::vector<std::pair<int64_t, int64_t>> ids;
};

} // namespace onnc::interp

Expected<Forest::Child> ForestReader::getChild(int64_t isLeaf,
                                               int64_t index) const {
  const size_t size = isLeaf ? forest.leaves.size() : forest.branches.size();
  if (index < 0 || size_t(index) >= size)
    return fail("there is no " + Twine(isLeaf ? "leaf " : "branch ") +
                Twine(index) + " among " + Twine(size));
  return Forest::Child{isLeaf != 0, index};
}

Error ForestReader::readLeaves() {
  SmallVector<int64_t, 6> targets = ctx.op.getInts("leaf_targetids");
  auto weights = getRealTensor(ctx, "leaf_weights");
  if (!weights)
    return weights.takeError();
  if (Error error = checkSize("leaf_weights", weights->size(), targets.size()))
    return error;
  for (size_t i = 0; i != targets.size(); ++i)
    forest.leaves.push_back({{targets[i], (*weights)[i]}});
  return Error::success();
}

Error ForestReader::readBranches() {
  auto modes = getIntTensor(ctx, "nodes_modes");
  if (!modes)
    return modes.takeError();
  auto splits = getRealTensor(ctx, "nodes_splits");
  if (!splits)
    return splits.takeError();
  const size_t count = modes->size();
  if (Error error = checkSize("nodes_splits", splits->size(), count))
    return error;
  SmallVector<int64_t, 6> lists[6];
  static constexpr StringLiteral names[] = {
      "nodes_featureids",   "nodes_truenodeids",
      "nodes_falsenodeids", "nodes_trueleafs",
      "nodes_falseleafs",   "nodes_missing_value_tracks_true"};
  for (unsigned i = 0; i != 6; ++i) {
    lists[i] = ctx.op.getInts(names[i]);
    if (i == 5 && lists[i].empty())
      lists[i].resize(count);
    if (Error error = checkSize(names[i], lists[i].size(), count))
      return error;
  }
  auto &[features, trueIds, falseIds, trueLeafs, falseLeafs, missing] = lists;
  forest.branches.resize(count);
  for (size_t i = 0; i != count; ++i) {
    Forest::Branch &branch = forest.branches[i];
    if ((*modes)[i] < 0 || (*modes)[i] > int64_t(Forest::Mode::Member))
      return fail("'nodes_modes' has " + Twine((*modes)[i]));
    branch.mode = static_cast<Forest::Mode>((*modes)[i]);
    branch.split = (*splits)[i];
    branch.feature = features[i];
    branch.missingIsTrue = missing[i] != 0;
    auto onTrue = getChild(trueLeafs[i], trueIds[i]);
    if (!onTrue)
      return onTrue.takeError();
    auto onFalse = getChild(falseLeafs[i], falseIds[i]);
    if (!onFalse)
      return onFalse.takeError();
    branch.onTrue = *onTrue;
    branch.onFalse = *onFalse;
  }
  return Error::success();
}

/// Sets end with a NaN each and stand in the order of their branches.
Error ForestReader::readMembers() {
  std::vector<double> members;
  if (ctx.op.getAttr("membership_values")) {
    auto values = getRealTensor(ctx, "membership_values");
    if (!values)
      return values.takeError();
    members = std::move(*values);
  }
  auto at = members.begin();
  for (Forest::Branch &branch : forest.branches) {
    if (branch.mode != Forest::Mode::Member)
      continue;
    auto end =
        std::find_if(at, members.end(), [](double v) { return std::isnan(v); });
    // The last set may do without.
    if (end == members.end() && at == end)
      return fail("'membership_values' has less sets than there are branches "
                  "that ask for membership");
    branch.members.assign(at, end);
    llvm::sort(branch.members);
    at = end == members.end() ? end : end + 1;
  }
  if (at != members.end())
    return fail("'membership_values' has more sets than there are branches "
                "that ask for membership");
  return Error::success();
}

Error ForestReader::readRoots() {
  for (int64_t root : ctx.op.getInts("tree_roots")) {
    auto child = getChild(0, root);
    if (!child)
      return child.takeError();
    forest.roots.push_back(*child);
  }
  return Error::success();
}

Expected<Forest> ForestReader::read() {
  if (Error error = readLeaves())
    return error;
  if (Error error = readBranches())
    return error;
  if (Error error = readMembers())
    return error;
  if (Error error = readRoots())
    return error;
  return std::move(forest);
}

Expected<Forest> Forest::get(const KernelContext &ctx) {
  auto forest = ForestReader(ctx).read();
  if (forest)
    if (Error error = forest->checkPaths())
      return error;
  return forest;
}

//===----------------------------------------------------------------------===//
// TreeEnsembleClassifier, TreeEnsembleRegressor
//===----------------------------------------------------------------------===//

Expected<Forest::Mode> OldForestReader::getMode(StringRef text) const {
  auto mode = StringSwitch<std::optional<Forest::Mode>>(text)
                  .Case("BRANCH_LEQ", Forest::Mode::LE)
                  .Case("BRANCH_LT", Forest::Mode::LT)
                  .Case("BRANCH_GTE", Forest::Mode::GE)
                  .Case("BRANCH_GT", Forest::Mode::GT)
                  .Case("BRANCH_EQ", Forest::Mode::EQ)
                  .Case("BRANCH_NEQ", Forest::Mode::NE)
                  .Default(std::nullopt);
  if (!mode)
    return fail("'nodes_modes' has \"" + text + "\"");
  return *mode;
}

Expected<SmallVector<int64_t, 6>> OldForestReader::getInts(const Twine &name,
                                                           size_t count) const {
  const std::string attr = name.str();
  SmallVector<int64_t, 6> values = ctx.op.getInts(attr);
  if (Error error = checkSize(attr, values.size(), count))
    return error;
  return values;
}

Error OldForestReader::readNodes() {
  ArrayRef<std::string> modes = getStrings(ctx.op, "nodes_modes");
  const size_t count = modes.size();
  SmallVector<int64_t, 6> lists[6];
  static constexpr StringLiteral names[] = {"treeids", "nodeids", "featureids",
                                            "truenodeids", "falsenodeids"};
  for (unsigned i = 0; i != 5; ++i) {
    auto list = getInts("nodes_" + names[i], count);
    if (!list)
      return list.takeError();
    lists[i] = std::move(*list);
  }
  auto &[trees, nodeIds, features, trueIds, falseIds, missing] = lists;
  missing = ctx.op.getInts("nodes_missing_value_tracks_true");
  if (missing.empty())
    missing.resize(count);
  if (Error error =
          checkSize("nodes_missing_value_tracks_true", missing.size(), count))
    return error;
  auto splits = getReals(ctx, "nodes_values");
  if (!splits)
    return splits.takeError();
  if (Error error = checkSize("nodes_values", splits->size(), count))
    return error;

  // A node is a branch or a leaf, and may refer to later ones.
  int64_t numBranches = 0, numLeaves = 0;
  for (size_t i = 0; i != count; ++i) {
    const bool isLeaf = modes[i] == "LEAF";
    Forest::Child child{isLeaf, isLeaf ? numLeaves++ : numBranches++};
    ids.push_back({trees[i], nodeIds[i]});
    if (!nodes.try_emplace(ids.back(), child).second)
      return fail("tree " + Twine(trees[i]) + " has node " + Twine(nodeIds[i]) +
                  " twice");
  }
  forest.leaves.resize(numLeaves);
  for (size_t i = 0; i != count; ++i) {
    if (modes[i] == "LEAF")
      continue;
    auto mode = getMode(modes[i]);
    if (!mode)
      return mode.takeError();
    Forest::Branch branch{
        *mode, missing[i] != 0, features[i], (*splits)[i], {}, {}, {}};
    for (bool isTrue : {false, true}) {
      const int64_t id = isTrue ? trueIds[i] : falseIds[i];
      auto it = nodes.find({trees[i], id});
      if (it == nodes.end())
        return fail("tree " + Twine(trees[i]) + " has no node " + Twine(id));
      (isTrue ? branch.onTrue : branch.onFalse) = it->second;
    }
    forest.branches.push_back(std::move(branch));
  }
  return Error::success();
}

/// The root of a tree is the node that is nobody's child. Trees are in the
/// order of their first nodes.
Error OldForestReader::readRoots() {
  std::vector<char> isChild[2];
  isChild[0].resize(forest.branches.size());
  isChild[1].resize(forest.leaves.size());
  for (const Forest::Branch &branch : forest.branches)
    for (Forest::Child child : {branch.onTrue, branch.onFalse})
      isChild[child.isLeaf][child.index] = 1;
  std::map<int64_t, unsigned> numRoots;
  for (auto [tree, node] : ids) {
    Forest::Child child = nodes[{tree, node}];
    unsigned &found = numRoots[tree];
    if (isChild[child.isLeaf][child.index])
      continue;
    if (++found > 1)
      return fail("node " + Twine(node) + " of tree " + Twine(tree) +
                  " is a second root");
    forest.roots.push_back(child);
  }
  for (auto [tree, found] : numRoots)
    if (!found)
      return fail("tree " + Twine(tree) + " has no root");
  return Error::success();
}

Error OldForestReader::readVotes() {
  auto weights = getReals(ctx, (votes + "_weights").str());
  if (!weights)
    return weights.takeError();
  const size_t count = weights->size();
  auto trees = getInts(votes + "_treeids", count);
  if (!trees)
    return trees.takeError();
  auto nodeIds = getInts(votes + "_nodeids", count);
  if (!nodeIds)
    return nodeIds.takeError();
  auto targets = getInts(votes + "_ids", count);
  if (!targets)
    return targets.takeError();
  for (size_t i = 0; i != count; ++i) {
    auto it = nodes.find({(*trees)[i], (*nodeIds)[i]});
    if (it == nodes.end() || !it->second.isLeaf)
      return fail("node " + Twine((*nodeIds)[i]) + " of tree " +
                  Twine((*trees)[i]) + " is no leaf, but has a weight");
    forest.leaves[it->second.index].push_back({(*targets)[i], (*weights)[i]});
  }
  return Error::success();
}

Expected<Forest> OldForestReader::read() {
  if (Error error = readNodes())
    return error;
  if (Error error = readVotes())
    return error;
  if (Error error = readRoots())
    return error;
  return std::move(forest);
}

Expected<Forest> Forest::getOld(const KernelContext &ctx, StringRef votes) {
  auto forest = OldForestReader(ctx, votes).read();
  if (forest)
    if (Error error = forest->checkPaths())
      return error;
  return forest;
}
