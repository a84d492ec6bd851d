//===- CFile.h - The C file of a compiled model -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What generated code consists of: helper functions of a fixed library
/// (Helpers.cpp), constant arrays, and a function per distinct kernel. Nothing
/// stands in it twice, and nothing that isn't used.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_EMIT_CFILE_H
#define ONNC_TARGET_CORTEXM_EMIT_CFILE_H

#include "../Artifact/Identifier.h"
#include "onnc/Support/ElementType.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"
#include <set>
#include <string>
#include <vector>

namespace onnc::cortexm {

/// The C type that elements are stored as; one that C99 has.
llvm::StringRef getStorageType(ElementType type);
/// The type that code computes with: integers below 32 bits are widened.
llvm::StringRef getComputeType(ElementType type);
/// A literal of \p type that is exactly \p value.
std::string getLiteral(ElementType type, double value);
std::string getLiteral(ElementType type, int64_t value);

/// \p head, \p list with commas between, and \p tail, in lines of 80 columns
/// that start below the end of head.
std::string wrapList(llvm::StringRef head, llvm::ArrayRef<std::string> list,
                     llvm::StringRef tail);

class CFile {
public:
  CFile();

  /// The name of a `static const` array of the elements in \p bytes, as
  /// ConstantData stores them; made where there is none of the same contents.
  std::string addArray(llvm::StringRef hint, ElementType type,
                       llvm::ArrayRef<char> bytes);
  template <typename T>
  std::string addArray(llvm::StringRef hint, ElementType type,
                       llvm::ArrayRef<T> values) {
    return addArray(hint, type,
                    {reinterpret_cast<const char *>(values.data()),
                     values.size() * sizeof(T)});
  }
  /// The name of the function `static void name(parameters) {body}`; made where
  /// there is none like it. \p comment stands above it.
  std::string addFunction(llvm::StringRef hint, llvm::StringRef comment,
                          llvm::ArrayRef<std::string> parameters,
                          llvm::StringRef body);
  /// Functions of the library that \p code calls shall be there. What
  /// addFunction() gets has been looked through.
  void addHelpers(llvm::StringRef code);
  /// A name that nothing else in the file has.
  IdentifierSet &getNames() { return names; }
  /// Bytes of all arrays.
  int64_t getConstantBytes() const { return constantBytes; }

  /// Everything but the entry: after \p header was included.
  void write(llvm::StringRef header, llvm::raw_ostream &os) const;

private:
  void require(llvm::StringRef helper);

  IdentifierSet names;
  std::set<std::string> helpers;
  llvm::StringMap<std::string> arrays, functions;
  std::vector<std::string> arrayTexts, functionTexts;
  int64_t constantBytes = 0;
};

/// A function of the library: its text, and those that it calls.
struct Helper {
  llvm::StringLiteral name;
  llvm::ArrayRef<llvm::StringLiteral> uses;
  llvm::StringLiteral text;
};
/// In an order in which each stands behind those that it uses.
llvm::ArrayRef<Helper> getHelpers();

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_EMIT_CFILE_H
