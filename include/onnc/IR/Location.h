//===- Location.h - Where an operation comes from ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Every operation has a location: the ONNX node that it was imported from
/// (file and name), or the place in a text file. Names are printed with the
/// operation as loc("…") and survive transformations; places in a text file
/// serve diagnostics only. Locations are interned in the Context.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_LOCATION_H
#define ONNC_IR_LOCATION_H

#include "onnc/Support/Diagnostics.h"
#include "llvm/ADT/StringRef.h"

namespace onnc {

class Context;

struct LocationStorage {
  llvm::StringRef file;
  llvm::StringRef name;
  unsigned line;
  unsigned column;
};

class Location {
public:
  explicit Location(const LocationStorage *impl) : impl(impl) {}
  static Location unknown(Context &context);
  /// \p name: the ONNX node; \p file: the model it stands in, or "".
  static Location node(Context &context, llvm::StringRef name,
                       llvm::StringRef file = {});
  static Location text(Context &context, llvm::StringRef file, unsigned line,
                       unsigned column, llvm::StringRef name = {});

  bool operator==(const Location &) const = default;
  llvm::StringRef getFile() const { return impl->file; }
  llvm::StringRef getName() const { return impl->name; }
  unsigned getLine() const { return impl->line; }
  unsigned getColumn() const { return impl->column; }

  DiagLocation toDiag() const;

private:
  const LocationStorage *impl;
};

} // namespace onnc

#endif // ONNC_IR_LOCATION_H
