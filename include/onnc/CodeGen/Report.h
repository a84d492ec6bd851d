//===- Report.h - What became of a model ------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A compiled program as figures: its blocks with their kernels, tiles and
/// costs, and every buffer with its place in memory and time. Read from the
/// module alone, for every target that compiles through the tile level;
/// written as JSON for tools and as one HTML file for people. docs/Reports.md
/// describes both.
///
/// Time counts blocks: step i is the run of the i-th block. Sizes, offsets and
/// traffic are in bytes, costs in cycles of the unit's clock.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_CODEGEN_REPORT_H
#define ONNC_CODEGEN_REPORT_H

#include "onnc/Analysis/Lifespan.h"
#include "onnc/IR/Allocation.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace onnc {

class Module;
struct ProcessingUnit;

struct ReportBuffer {
  /// Scratch lives in the body of a block, one instance for each core where the
  /// memory is the core's own.
  enum class Role { Input, Constant, Tensor, Output, Scratch };

  std::string name;
  /// The type of one instance, less its memory: "1x16x8x8xf16 acdb".
  std::string type;
  Role role;
  std::string memory;
  /// nullopt: the caller's memory.
  std::optional<int64_t> offset;
  /// Of all instances.
  int64_t size = 0;
  int64_t instances = 1;
  /// In steps; nullopt: for good.
  std::optional<Lifespan> lifespan;
  /// The parts of the first and of the last step in which others have its
  /// bytes: scratch that is used in turn, a result that takes over from an
  /// operand in the middle of a step.
  double startsLate = 0, endsEarly = 0;
};

struct ReportMemory {
  std::string name;
  int64_t capacity = 0;
  bool perCore = false;
  MemoryUsage usage;
  /// By step: the bytes of buffers that are live, less persistent data.
  std::vector<int64_t> live;
};

struct ReportKernel {
  std::string name;
  /// In order, without their dialect.
  std::vector<std::string> operators;
  /// What the kernel's cost is booked under: the operator that the others
  /// surround, else all of them.
  std::string kind;
  /// Elements of the result times the steps of the largest reduction.
  int64_t iterations = 0;
};

struct ReportBlock {
  std::string name;
  std::vector<std::string> layers;
  /// Indices of kernels, in order of first use; none where all it does is copy.
  std::vector<unsigned> kernels;
  /// What its cost is booked under.
  std::string kind;
  int64_t cores = 1;
  llvm::SmallVector<int64_t, 6> tile, split, reduction;
  /// Indices of buffers: what the block reads and writes of the graph's.
  std::vector<unsigned> inputs, outputs;
  /// Computations of tiles, over all cores.
  int64_t tiles = 0;
  /// What the cores' copies move from the graph's buffers and to them.
  int64_t loaded = 0, stored = 0;
  /// As the tile pass estimated; nullopt where it didn't.
  std::optional<int64_t> cycles;
  /// As a timeline says; see measure().
  std::optional<int64_t> measured;
};

class Report {
public:
  /// \p module must be allocated for \p unit. An error where the program isn't
  /// on the tile level.
  static llvm::Expected<Report> get(const Module &module,
                                    const ProcessingUnit &unit);

  /// Takes measured cycles from \p trace, in Chrome's format as Program writes
  /// it: the blocks' launches, named by the argument "launch" of their events.
  llvm::Error measure(llvm::StringRef trace);

  void writeJSON(llvm::raw_ostream &os) const;
  /// One file that needs no other and no network.
  void writeHTML(llvm::raw_ostream &os) const;

  std::string model, quadruple, unit;
  int64_t cores = 1;
  double hertz = 0;
  std::vector<ReportMemory> memories;
  std::vector<ReportBuffer> buffers;
  std::vector<ReportKernel> kernels;
  /// In the order in which they run.
  std::vector<ReportBlock> blocks;
};

} // namespace onnc

#endif // ONNC_CODEGEN_REPORT_H
