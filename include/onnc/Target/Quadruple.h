//===- Quadruple.h - Where and how a model shall run ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A quadruple is processor–vendor–system–tool: an LLVM triple and the tool
/// chain that consumes the output. What is left out takes the processor's
/// defaults: "mlu100" is "mlu100-cambricon-none-isa". Names of processors may
/// contain '-': the longest known one wins.
///
/// Attributes may follow, of what differs between machines with one processor:
/// "cortex-m4+ram=192k+flash=1m".
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_QUADRUPLE_H
#define ONNC_TARGET_QUADRUPLE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace onnc {

struct Quadruple {
  std::string processor, vendor, system, tool;
  /// Names and values, in the order of the text; each name once.
  std::vector<std::pair<std::string, std::string>> attributes = {};

  std::string str() const;
  /// Empty where it isn't given.
  llvm::StringRef getAttribute(llvm::StringRef name) const;
  bool operator==(const Quadruple &) const = default;
};

/// One processor that a target supports, with the defaults for the rest of its
/// quadruple and the tools that can be asked for.
struct ProcessorInfo {
  llvm::StringRef name;
  llvm::StringRef description;
  llvm::StringRef vendor;
  llvm::StringRef system;
  /// The first is the default.
  llvm::ArrayRef<llvm::StringRef> tools;
  /// Names of the attributes that its quadruples may have.
  llvm::ArrayRef<llvm::StringRef> attributes = {};
};

/// Completes \p text from the known processors. Errors say what is unknown and
/// what was probably meant.
llvm::Expected<Quadruple>
parseQuadruple(llvm::StringRef text,
               llvm::ArrayRef<const ProcessorInfo *> processors);

} // namespace onnc

#endif // ONNC_TARGET_QUADRUPLE_H
