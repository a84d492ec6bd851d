//===- LeafWriter.h - Kernels as C functions --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A tile.Compute becomes a C function and a call of it. Sizes, strides and
/// whatever else is known stands in the function as numbers; coordinates that
/// depend on loop counters are parameters.
///
/// LeafWriter is what every leaf is written with: it has statements, loops and
/// variables, and computes any element of any value of the kernel from the
/// operators' indexing (getValue). On its own that makes a loop over the
/// results with whatever the kernel says inside, right for every kernel that
/// the target accepts. Faster leaves (DotLeaf, DepthwiseLeaf) compute the
/// kernel's first operator themselves and leave the rest to getValue.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_EMIT_LEAFWRITER_H
#define ONNC_TARGET_CORTEXM_EMIT_LEAFWRITER_H

#include "CExpr.h"
#include "CFile.h"
#include "onnc/IR/Indexing.h"
#include "onnc/IR/Module.h"
#include "llvm/ADT/DenseMap.h"
#include <map>

namespace onnc::cortexm {

struct Scaling;

struct CRange {
  CExpr lo, hi;
};

/// A buffer that a leaf reads or writes.
struct LeafOperand {
  /// The kernel's value that it holds.
  const Value *value = nullptr;
  ElementType element = ElementType::F32;
  /// The pointer's name in the function.
  std::string pointer;
  /// In elements, by dimension.
  llvm::SmallVector<int64_t, 6> strides;
  /// The coordinates that the pointer points to.
  llvm::SmallVector<CExpr, 6> origin;
  /// The elements to be computed; outputs only.
  llvm::SmallVector<CRange, 6> box;
  /// The order of the dimensions in memory, outermost first.
  llvm::SmallVector<unsigned, 6> order;
};

class LeafWriter {
public:
  /// \p kernel may be null where only statements are written.
  LeafWriter(CFile &file, const Graph *kernel);
  ~LeafWriter();

  const Graph &getKernel() const { return *kernel; }

  //===-- The function's interface ---------------------------------------===//

  /// A buffer of the kernel's; its pointer is passed \p argument. \p isShared:
  /// it may be written by way of another pointer while it is read.
  LeafOperand &addBuffer(const Value *value, ElementType element,
                         llvm::StringRef name, bool isOutput, bool isShared,
                         llvm::StringRef argument);
  /// Something that the caller knows, as the function knows it.
  CExpr bind(const CExpr &outer);
  /// A constant array as a parameter: kernels of the same shape are one
  /// function.
  std::string addConstant(llvm::StringRef name, ElementType type,
                          llvm::ArrayRef<char> bytes);
  std::string addInts(llvm::StringRef name, llvm::ArrayRef<int32_t> values);
  std::string addInts(llvm::StringRef name, llvm::ArrayRef<int64_t> values);

  const LeafOperand *getBuffer(const Value *value) const;
  const LeafOperand &getInput(unsigned i = 0) const { return inputs[i]; }
  LeafOperand &getOutput(unsigned i = 0) { return outputs[i]; }
  unsigned getNumOutputs() const { return outputs.size(); }

  /// Adds the function to the file. Returns the call of it, a statement \p
  /// indent columns in.
  std::string finish(llvm::StringRef name, llvm::StringRef comment,
                     unsigned indent);

  //===-- Statements
  //-------------------------------------------------------===//

  void line(const llvm::Twine &text);
  void open(const llvm::Twine &head);
  void close();
  /// A loop, and the variable; none, and the value, where there is one round.
  CExpr beginLoop(llvm::StringRef name, const CExpr &lo, const CExpr &hi,
                  int64_t step = 1);
  void endLoop();
  std::string newName(llvm::StringRef hint) { return names.add(hint); }
  /// Defines a constant variable; returns its name.
  std::string define(ElementType type, llvm::StringRef hint,
                     const llvm::Twine &value);
  std::string define(llvm::StringRef hint, const CExpr &value);

  //===-- Elements
  //-----------------------------------------------------------===//

  /// The address of an element, as an offset to the buffer's pointer.
  CExpr getAddress(const LeafOperand &buffer,
                   llvm::ArrayRef<CExpr> index) const;
  /// A variable or literal that holds the element of \p value at \p index,
  /// computed by statements that stand before.
  std::string getValue(const Value *value, llvm::ArrayRef<CExpr> index);
  /// From now on, and until release(), \p value is \p variable.
  void hold(const Value *value, llvm::StringRef variable) {
    held[value] = variable.str();
  }
  void release(const Value *value) { held.erase(value); }
  void store(const LeafOperand &output, llvm::ArrayRef<CExpr> index,
             llvm::StringRef value);

  /// The iteration of \p op that computes its result's element \p index;
  /// reduction dimensions are 0.
  llvm::SmallVector<CExpr, 8> getIteration(const Indexing &indexing,
                                           unsigned result,
                                           llvm::ArrayRef<CExpr> index) const;
  /// The element that an iteration touches.
  llvm::SmallVector<CExpr, 6> getIndex(const Indexing &indexing,
                                       const Access &access,
                                       llvm::ArrayRef<CExpr> iteration) const;

  /// Element \p index of the result of \p op, for which isReduction() holds: a
  /// variable.
  std::string getReduced(const Operation &op, const Indexing &indexing,
                         llvm::ArrayRef<CExpr> index);
  /// What a Conv or Gemm makes of its \p sum of products: a variable.
  std::string finishProduct(const Operation &op, const Indexing &indexing,
                            llvm::ArrayRef<CExpr> iteration, std::string sum);

  /// Loops over the box of output \p i, in the order of its memory, around what
  /// \p body writes.
  void forEachOutput(unsigned i,
                     llvm::function_ref<void(llvm::ArrayRef<CExpr>)> body);

private:
  std::string getScalar(const Operation &op, llvm::ArrayRef<CExpr> index);
  std::string getMoved(const Operation &op, const Indexing &indexing,
                       unsigned result, llvm::ArrayRef<CExpr> index);
  std::string getWindowSize(const Operation &op, const Indexing &indexing,
                            llvm::ArrayRef<CExpr> iteration);
  std::string getRequantized(const Operation &op, const std::string &acc,
                             const CExpr &channel);
  std::string getQuantizedSum(const Operation &op,
                              llvm::ArrayRef<std::string> values);
  std::string applyScaling(const Scaling &scaling, std::string value,
                           int64_t zeroPoint, const CExpr &channel);

  CFile &file;
  const Graph *kernel;
  IdentifierSet names;
  std::vector<LeafOperand> inputs, outputs;
  /// Declaration and argument.
  std::vector<std::pair<std::string, std::string>> parameters;
  std::map<std::string, std::string> bound;
  llvm::DenseMap<const Value *, std::string> held;
  /// Parameters that hold constants, by what they are made from.
  llvm::DenseMap<const void *, std::string> constants;
  llvm::DenseMap<const Operation *, std::unique_ptr<Scaling>> scalings;
  std::string body;
  unsigned depth = 1;
  /// Which of the loops that were begun are.
  std::vector<bool> loops;
};

/// The part of a window's dimension \p dim in which \p expr, the only index
/// that it moves, lies in [0, extent).
CRange clipWindow(const Indexing &indexing, const IndexExpr &expr, unsigned dim,
                  llvm::ArrayRef<CExpr> iteration, int64_t extent);

/// An operator whose elements are made from many of an operand's.
bool isReduction(const Operation &op);

/// \p kernel by getValue alone.
void writeGenericLeaf(LeafWriter &writer);

/// Leaves that compute the first operator faster. They write nothing and return
/// false where it, or the buffers' layouts, aren't theirs.
bool writeDotLeaf(LeafWriter &writer);
bool writeDepthwiseLeaf(LeafWriter &writer);
bool writeSoftmaxLeaf(LeafWriter &writer);

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_EMIT_LEAFWRITER_H
