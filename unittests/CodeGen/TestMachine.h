//===- TestMachine.h - A machine that attributes drive ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A chip with two memories, and operators whose storage and legality stand on
/// them as attributes, so that a test of a few lines says all that matters.
///
///   bytes = [64, -1]     size of each result; -1, and no entry: no storage
///   align = 32           alignment of the results
///   memory = 1           index of their memory
///   alias = 0            result 0 is this operand
///   in_place = [0]       operands that result 0 may take over
///   overlap = [0, 48, 1] result 0 may lie 48 bytes before operand 0, or any
///                        multiple of 1 byte more
///   persistent           the results are weights
///   scratch = {a = 64}   scratch buffers and their sizes
///   scratch_memory = 0   the index of their memory (1 by default)
///   refuse = "why"       no unit can run it
///
/// TestBufferModel::tensorMemory is the index of the memory that orders are
/// chosen for.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_UNITTESTS_CODEGEN_TESTMACHINE_H
#define ONNC_UNITTESTS_CODEGEN_TESTMACHINE_H

#include "onnc/CodeGen/BufferModel.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Module.h"
#include "onnc/Machine/Machine.h"
#include "onnc/Machine/OperatorModel.h"

namespace onnc {

inline constexpr ValueInfo testOperands[] = {
    {"operands", Arity::Variadic, ~uint64_t(0), ""}};
inline constexpr ValueInfo testResults[] = {
    {"results", Arity::Variadic, ~uint64_t(0), ""}};
inline constexpr llvm::StringRef testRegions[] = {"body"};

inline constexpr OpInfo makeTestOp(llvm::StringRef name, uint32_t traits,
                                   bool hasBody = false) {
  OpInfo info{};
  info.name = name;
  if (!(traits & OpTrait::ConstantLike))
    info.operands = testOperands;
  info.results = testResults;
  if (hasBody)
    info.regions = testRegions;
  info.traits = traits;
  info.openAttributes = true;
  return info;
}

inline constexpr OpInfo testOps[] = {
    makeTestOp("test.op", 0),
    makeTestOp("test.weights", OpTrait::ConstantLike),
    makeTestOp("test.effect", OpTrait::SideEffect),
    makeTestOp("test.body", 0, /*hasBody=*/true),
};

/// One unit with a main memory of 1024 bytes and a scratchpad of 256.
inline Machine makeTestMachine() {
  Memory dram{"dram", 1024, 16, 8.0, 100};
  Memory sram{"sram", 256, 32, 64.0, 1};
  sram.spillTo = 0;
  Machine machine;
  machine.name = "testchip";
  machine.units = {{"core", 1, {dram, sram}, {}, {{"nominal", 1e9, 1.0}}}};
  return machine;
}

class TestOperatorModel : public OperatorModel {
public:
  std::optional<std::string> getRefusal(const Operation &op) const override {
    if (!op.hasAttr("refuse"))
      return std::nullopt;
    return op.getString("refuse").str();
  }
  OperationCost getCost(const Operation &) const override { return {1, 1, 1}; }
};

class TestBufferModel : public BufferModel {
public:
  unsigned tensorMemory = 0;

  unsigned getTensorMemory() const override { return tensorMemory; }
  std::optional<BufferRequest> getBuffer(const Value &value) const override {
    const Operation &op = *value.getDefiningOp();
    auto bytes = op.getInts("bytes");
    if (value.getIndex() >= bytes.size() || bytes[value.getIndex()] < 0)
      return std::nullopt;
    return BufferRequest{static_cast<unsigned>(op.getInt("memory", 0)),
                         bytes[value.getIndex()], op.getInt("align", 1)};
  }
  std::optional<unsigned> getAliasedOperand(const Value &value) const override {
    const Operation &op = *value.getDefiningOp();
    if (value.getIndex() != 0 || !op.hasAttr("alias"))
      return std::nullopt;
    return op.getInt("alias", 0);
  }
  std::optional<StorageOverlap> getOverlap(const Value &value,
                                           unsigned operand) const override {
    const Operation &op = *value.getDefiningOp();
    if (value.getIndex() != 0)
      return std::nullopt;
    if (llvm::is_contained(op.getInts("in_place"), operand))
      return StorageOverlap{};
    auto overlap = op.getInts("overlap");
    if (overlap.empty() || overlap[0] != operand)
      return std::nullopt;
    return StorageOverlap{overlap[1], overlap[2]};
  }
  bool isPersistent(const Value &value) const override {
    return value.getDefiningOp()->hasAttr("persistent");
  }
  llvm::SmallVector<ScratchRequest, 4>
  getScratch(const Operation &op) const override {
    llvm::SmallVector<ScratchRequest, 4> requests;
    unsigned memory = op.getInt("scratch_memory", 1);
    if (auto scratch = op.getAttrOfType<DictAttr>("scratch"))
      for (const NamedAttr &entry : scratch.getValue())
        requests.push_back(
            {entry.name.str(),
             {memory, llvm::cast<IntAttr>(entry.value).getValue(), 1}});
    return requests;
  }
};

} // namespace onnc

#endif // ONNC_UNITTESTS_CODEGEN_TESTMACHINE_H
