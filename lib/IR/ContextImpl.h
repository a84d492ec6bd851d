//===- ContextImpl.h - What a context owns ----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_CONTEXTIMPL_H
#define ONNC_IR_CONTEXTIMPL_H

#include "onnc/IR/Context.h"
#include "onnc/IR/Location.h"
#include "onnc/IR/Types.h"
#include "llvm/ADT/FoldingSet.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/StringSaver.h"
#include <map>
#include <mutex>

namespace onnc {

/// A symbol or a floor division.
struct DimAtom {
  std::string text;
  bool isSymbol;
  llvm::StringRef name;       ///< of a symbol
  DimExpr numerator, divisor; ///< of a division
};

/// coefficient × product of factors; the factors are sorted by their text.
struct DimTerm {
  int64_t coefficient;
  llvm::SmallVector<const DimAtom *, 2> factors;

  std::string key() const;
  bool isConstant() const { return factors.empty(); }
};

/// Terms sorted by key, the constant last, none with coefficient 0. The text
/// is canonical, so it is what expressions are interned by.
struct DimExprStorage {
  Context *context;
  bool unknown;
  llvm::SmallVector<DimTerm, 2> terms;
  std::string text;
};

struct TypeStorage : llvm::FoldingSetNode {
  Context *context;
  TypeKind kind;
  ElementType element; ///< of a tensor; the key of a map
  bool ranked;
  llvm::SmallVector<DimExpr, 4> shape;
  Type nested; ///< of a sequence, optional or map
  /// Of a buffer; interned. No layout means row-major.
  llvm::StringRef space, layout;

  void Profile(llvm::FoldingSetNodeID &id) const {
    profile(id, kind, element, ranked, shape, nested, space, layout);
  }
  static void profile(llvm::FoldingSetNodeID &id, TypeKind kind,
                      ElementType element, bool ranked,
                      llvm::ArrayRef<DimExpr> shape, Type nested,
                      llvm::StringRef space, llvm::StringRef layout) {
    id.AddInteger(static_cast<unsigned>(kind));
    id.AddInteger(static_cast<unsigned>(element));
    id.AddBoolean(ranked);
    for (DimExpr dim : shape)
      id.AddPointer(dim.getImpl());
    id.AddPointer(nested.getImpl());
    id.AddString(space);
    id.AddString(layout);
  }
};

class ContextImpl {
public:
  ContextImpl() : strings(allocator) {}

  std::recursive_mutex mutex;
  llvm::BumpPtrAllocator allocator;
  llvm::UniqueStringSaver strings;
  llvm::StringMap<std::unique_ptr<DimAtom>> atoms;
  llvm::StringMap<std::unique_ptr<DimExprStorage>> dims;
  llvm::FoldingSet<TypeStorage> types;
  std::vector<std::unique_ptr<TypeStorage>> ownedTypes;
  std::map<std::tuple<llvm::StringRef, llvm::StringRef, unsigned, unsigned>,
           std::unique_ptr<LocationStorage>>
      locations;
  llvm::StringMap<const OpInfo *> ops;
  llvm::StringMap<const OpInfo *> onnxOps; ///< by "domain:OpType"

  Type getType(Context &context, TypeKind kind,
               ElementType element = ElementType::F32, bool ranked = false,
               llvm::ArrayRef<DimExpr> shape = {}, Type nested = {},
               llvm::StringRef space = {}, llvm::StringRef layout = {});
};

} // namespace onnc

#endif // ONNC_IR_CONTEXTIMPL_H
