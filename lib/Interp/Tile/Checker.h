//===- Checker.h - What tiled programs must not do --------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The dynamic half of the rules in docs/TileIR.md: every access of a tiled
/// program goes by here before it happens. Errors name the buffer and the
/// element's coordinates, as in "reads element [0, 3] of %xt, which holds
/// [0, 2]".
///
/// Of storage in an arena, bytes count: who wrote them last must be the storage
/// that is read, and iterations conflict where they access the same bytes.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_INTERP_TILE_CHECKER_H
#define ONNC_LIB_INTERP_TILE_CHECKER_H

#include "Storage.h"
#include <map>

namespace onnc::interp {

/// A copy that has started and hasn't been waited for.
struct RunningCopy {
  /// A CopyStart; a Done, which copies nothing.
  const Operation *op;
  TileView source, target;
  /// What both have in common.
  Box box;
  /// The elements outside of the domain are written too.
  bool fills = false;

  bool copies() const { return source.storage != nullptr; }
};

class TileChecker {
public:
  /// Not \p enabled: only bounds are checked.
  explicit TileChecker(bool enabled) : enabled(enabled) {}

  /// A number for tensors of \p shape, shifted to be added to an index.
  Tag getFrame(llvm::ArrayRef<int64_t> shape);

  /// The elements \p box of \p view are read: they are there, are written,
  /// hold what the view says, and no copy is writing them.
  llvm::Error read(const TileView &view, llvm::ArrayRef<Range> box);
  /// They are written, and hold what the view says from now on.
  llvm::Error write(const TileView &view, llvm::ArrayRef<Range> box) {
    return overwrite(view, box, Mark::Holds);
  }
  /// Of storage in an arena: it holds all of its own elements from now on.
  llvm::Error fill(const TileView &view);
  /// They are written, and are undefined from now on. \p box may lie outside of
  /// the domain.
  llvm::Error clobber(const TileView &view, llvm::ArrayRef<Range> box) {
    return overwrite(view, box, Mark::Undefined);
  }

  /// A copy starts to read its source and to write its target; returns its
  /// number.
  llvm::Expected<int64_t> start(RunningCopy copy);
  /// It has ended: the target holds the elements.
  RunningCopy finish(int64_t number);
  /// By number. An ordered map: messages name the first.
  const std::map<int64_t, RunningCopy> &getRunning() const { return running; }

  /// The iteration that accesses are of.
  IterationTree iterations;
  IterationId current = IterationTree::root;

private:
  enum class Mark : uint8_t { Holds, Undefined, Pending };
  llvm::Error overwrite(const TileView &view, llvm::ArrayRef<Range> box,
                        Mark mark, int64_t copy = 0);
  void mark(const TileView &view, llvm::ArrayRef<Range> box, Mark mark,
            int64_t copy = 0);
  /// All elements of \p copy's target that it writes.
  static Box getWritten(const RunningCopy &copy);
  llvm::Error checkBounds(const char *what, const TileView &view,
                          llvm::ArrayRef<Range> box) const;
  llvm::Error checkSources(const TileView &view, llvm::ArrayRef<Range> box);
  /// The bytes that are read are still the storage's.
  llvm::Error checkOwners(const TileView &view, llvm::ArrayRef<Range> box);
  /// No copy to other storage is writing the bytes.
  llvm::Error checkPending(const TileView &view, llvm::ArrayRef<Range> box);
  void own(const TileView &view, llvm::ArrayRef<Range> box, bool pending);
  llvm::Error logAccess(const TileView &view, llvm::ArrayRef<Range> box,
                        bool isWrite);
  std::string describe(Tag tag, const TileView &view) const;
  std::string describeCopy(int64_t number) const;

  const bool enabled;
  std::vector<Shape> frames;
  std::map<int64_t, RunningCopy> running;
  int64_t started = 0;
};

/// Some element of \p box in \p view lies in \p other's box of its view, in the
/// same storage or in the same bytes.
bool overlap(const TileView &view, llvm::ArrayRef<Range> box,
             const TileView &other, llvm::ArrayRef<Range> otherBox);

/// "[0, 3, 4, 1]".
std::string toText(llvm::ArrayRef<Range> box, int64_t i);

} // namespace onnc::interp

#endif // ONNC_LIB_INTERP_TILE_CHECKER_H
