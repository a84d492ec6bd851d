//===- LeafOrder.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// In which order leaves write their results:
///
///   generic     an element after the other, in the order of memory
///   DotLeaf     the same, but channels innermost: four are summed up, then
///               written one by one
///   Depthwise   channel by channel, each in the order of memory
///   Softmax     line by line along the axis: all of a line is read before an
///               element of it is written
///
/// Whatever else an element is made from (another operand of an Add) is read
/// right before it is written, and every element is written once.
///
//===----------------------------------------------------------------------===//

#include "CFile.h"
#include "Operators.h"
#include "onnc/CodeGen/Kernels.h"
#include "onnc/IR/KernelIndexing.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

/// Whether loops over all other dimensions in their order, and \p dim inside of
/// them, go through \p type in the order of its memory.
static bool isInnermost(BufferType type, unsigned dim) {
  auto shape = type.getShape();
  Layout layout = type.getLayout();
  for (unsigned other : reverse(layout.getOrder())) {
    if (other == dim)
      return true;
    if (shape[other] != 1)
      return false;
  }
  return false;
}

/// C compilers take what two pointers of these types point to for different
/// objects.
static bool areTakenForDifferent(ElementType a, ElementType b) {
  return getStorageType(a) != getStorageType(b) && getBitWidth(a) > 8 &&
         getBitWidth(b) > 8;
}

LeafOrder cortexm::getLeafOrder(const Graph &kernel, unsigned input,
                                BufferType source, BufferType result) {
  // Results are written one after the other.
  if (kernel.getNumOutputs() != 1 ||
      areTakenForDifferent(source.getElementType(), result.getElementType()))
    return LeafOrder::Unknown;
  const Operation &op = *getOperators(kernel)[0];
  StringRef name = op.getName();
  unsigned rank = result.getShape().size();
  if (name.ends_with("Softmax")) {
    int64_t axis = op.getInt("axis", -1);
    return isInnermost(result, axis < 0 ? axis + rank : axis)
               ? LeafOrder::Storage
               : LeafOrder::Unknown;
  }
  bool isConv = name == "onnx.Conv" || name == "onnx.ConvInteger";
  if (isConv) {
    // Which of the leaves takes it depends on its constants.
    auto weights = getStaticShape(op.getOperand(1));
    bool isDepthwise = weights.size() == 4 && weights[1] == 1 &&
                       op.getInt("group", 1) == weights[0];
    if (isDepthwise)
      return result.getLayout().str() == "acdb" ? LeafOrder::Lane
                                                : LeafOrder::Element;
  }
  if (isConv || name == "onnx.Gemm" || name == "onnx.MatMul" ||
      name == "onnx.MatMulInteger")
    return rank < 2 || isInnermost(result, isConv ? 1 : rank - 1)
               ? LeafOrder::Storage
               : LeafOrder::Element;
  return LeafOrder::Storage;
}
