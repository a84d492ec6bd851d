//===- AbacusEmit.cpp - Programs from allocated modules -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Abacus.h"
#include "onnc/CodeGen/Allocation.h"
#include "llvm/Support/Format.h"

using namespace llvm;
using namespace onnc;

static int64_t getAddress(Value *value) { return *getOffset(*value); }
static int64_t getCount(Value *value) {
  return *value->getTensorType().getNumElements();
}

static Error emitPort(StringRef kind, StringRef name, Value *memory,
                      raw_ostream &os) {
  if (name.empty() || name.find_first_of(" \n") != StringRef::npos)
    return createStringError("the name '" + name +
                             "' is empty or holds a space or line break");
  auto shape = *memory->getTensorType().getStaticShape();
  os << kind << ' ' << name << ' ' << getAddress(memory) << ' ' << shape.size();
  for (int64_t dim : shape)
    os << ' ' << dim;
  os << '\n';
  return Error::success();
}

static Error emitOperation(Operation &op, raw_ostream &os) {
  if (auto input = dyn_cast<abacus::InputOp>(op))
    return emitPort("INPUT", input.getHost()->getName(), input.getMemory(), os);
  if (auto constant = dyn_cast<abacus::ConstantOp>(op)) {
    const ConstantData &data = constant.getValue().getData();
    os << "CONST " << getAddress(constant.getMemory());
    for (int64_t i = 0; i < getCount(constant.getMemory()); ++i)
      os << ' ' << format("%a", double(data.get<float>(i)));
    os << '\n';
  } else if (auto vector = dyn_cast<abacus::VectorOp>(op)) {
    os << vector.getKind() << ' ' << getAddress(vector.getY()) << ' '
       << getAddress(vector.getA()) << ' ' << getAddress(vector.getB()) << ' '
       << getCount(vector.getA()) << ' ' << getCount(vector.getB()) << '\n';
  } else if (auto matmul = dyn_cast<abacus::MatmulOp>(op)) {
    auto a = *matmul.getA()->getTensorType().getStaticShape();
    auto b = *matmul.getB()->getTensorType().getStaticShape();
    os << "MATMUL " << getAddress(matmul.getY()) << ' '
       << getAddress(matmul.getA()) << ' ' << getAddress(matmul.getB()) << ' '
       << a[0] << ' ' << a[1] << ' ' << b[1] << '\n';
  }
  return Error::success();
}

Error abacus::emitProgram(const Module &module, raw_ostream &os) {
  Graph &main = *module.getMain();
  os << programHeader;
  for (Operation &op : main.getBody().getOps())
    if (Error e = emitOperation(op, os))
      return e;
  for (auto [i, name] : enumerate(main.getOutputNames())) {
    auto output = cast<abacus::OutputOp>(main.getOutput(i)->getDefiningOp());
    if (Error e = emitPort("OUTPUT", name, output.getMemory(), os))
      return e;
  }
  return Error::success();
}
