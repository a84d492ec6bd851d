//===- SoftmaxLeaf.cpp - Softmax, a line at a time ------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LeafWriter.h"
#include "Requantize.h"
#include "onnc/CodeGen/Kernels.h"
#include "onnc/IR/Ops/Quant.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

namespace {
/// Lines along the axis, in loops over all other dimensions.
class SoftmaxLeaf {
public:
  SoftmaxLeaf(LeafWriter &writer, const Operation &op)
      : writer(writer), op(op), x(*writer.getBuffer(op.getOperand(0))),
        y(writer.getOutput()) {}
  void write();

private:
  void writeReal();
  void writeQuantized();
  /// A loop over the line around what \p body writes; it gets the element.
  void forEach(function_ref<void(const std::string &)> body);
  std::string findLargest();

  LeafWriter &writer;
  const Operation &op;
  const LeafOperand &x, &y;
  unsigned axis = 0;
  SmallVector<CExpr, 6> index;
};
} // namespace

void SoftmaxLeaf::forEach(function_ref<void(const std::string &)> body) {
  index[axis] = writer.beginLoop("i", y.box[axis].lo, y.box[axis].hi);
  body(x.pointer + "[" + writer.getAddress(x, index).str() + "]");
  writer.endLoop();
}

std::string SoftmaxLeaf::findLargest() {
  std::string largest = writer.newName("largest");
  bool isReal = isFloat(x.element);
  index[axis] = y.box[axis].lo;
  writer.line(getComputeType(x.element) + " " + largest + " = " + x.pointer +
              "[" + writer.getAddress(x, index).str() + "];");
  std::string helper = isReal ? "largest_f32" : "max_i32";
  forEach([&](const std::string &element) {
    writer.line(largest + " = " + helper + "(" + largest + ", " + element +
                ");");
  });
  return largest;
}

void SoftmaxLeaf::writeReal() {
  std::string largest = findLargest(), sum = writer.newName("sum");
  writer.line("float " + sum + " = 0.0f;");
  forEach([&](const std::string &element) {
    writer.line(sum + " += exp_f32(" + element + " - " + largest + ");");
  });
  if (op.getName() == "onnx.LogSoftmax") {
    std::string log =
        writer.define(ElementType::F32, "log_sum", "log_f32(" + sum + ")");
    forEach([&](const std::string &element) {
      writer.store(y, index, "(" + element + " - " + largest + ") - " + log);
    });
    return;
  }
  forEach([&](const std::string &element) {
    writer.store(y, index,
                 "exp_f32(" + element + " - " + largest + ") / " + sum);
  });
}

void SoftmaxLeaf::writeQuantized() {
  SoftmaxScale scale = *findSoftmaxScale(op);
  ConstantAttr table = op.getAttrOfType<ConstantAttr>("exponentials");
  std::string exponentials =
      writer.addConstant("exponentials", ElementType::U32,
                         table.getData().materialize(table.getType()));
  std::string largest = findLargest(), sum = writer.newName("sum");
  std::string type = scale.isNarrow ? "uint32_t " : "uint64_t ";
  writer.line(type + sum + " = 0;");
  forEach([&](const std::string &element) {
    writer.line(sum + " += " + exponentials + "[" + largest + " - " + element +
                "];");
  });
  auto times = [](const std::string &x, int64_t factor) {
    return factor == 1 ? "(int64_t)" + x
                       : "(int64_t)" + x + " * " + std::to_string(factor);
  };
  quant::ResultRange range = quant::getResultRange(op);

  forEach([&](const std::string &element) {
    std::string quotient =
        "saturate_i64(divide_even(" +
        times(exponentials + "[" + largest + " - " + element + "]",
              scale.numerator) +
        ", " + times(sum, scale.denominator) + "))";
    writer.store(y, index,
                 "clamp_i32(" + quotient + " + " +
                     std::to_string(range.zeroPoint) + ", " +
                     std::to_string(range.min) + ", " +
                     std::to_string(range.max) + ")");
  });
}

void SoftmaxLeaf::write() {
  int64_t rank = y.order.size(), given = op.getInt("axis", -1);
  axis = given < 0 ? given + rank : given;
  index.resize(rank);
  for (unsigned dim : y.order)
    if (dim != axis)
      index[dim] = writer.beginLoop(("d" + Twine(dim)).str(), y.box[dim].lo,
                                    y.box[dim].hi);
  if (op.getName() == "quant.Softmax")
    writeQuantized();
  else
    writeReal();
  for (int64_t i = 1; i < rank; ++i)
    writer.endLoop();
}

bool cortexm::writeSoftmaxLeaf(LeafWriter &writer) {
  const Operation &op = *getOperators(writer.getKernel())[0];
  if (!op.getName().ends_with("Softmax"))
    return false;
  SoftmaxLeaf(writer, op).write();
  return true;
}
