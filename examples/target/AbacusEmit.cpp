//===- AbacusEmit.cpp - Programs from allocated modules -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Abacus.h"
#include "onnc/CodeGen/Allocation.h"
#include "llvm/ADT/bit.h"

using namespace llvm;
using namespace onnc;

/// Writes a line: the addresses of \p values, then \p sizes.
static void emitLine(raw_ostream &os, const Twine &name,
                     ArrayRef<Value *> values, ArrayRef<int64_t> sizes) {
  os << name;
  for (Value *value : values)
    os << ' ' << *getOffset(*value);
  for (int64_t size : sizes)
    os << ' ' << size;
  os << '\n';
}

static Error emitPort(raw_ostream &os, StringRef kind, StringRef name,
                      Value *memory) {
  if (name.empty() || name.find_first_of(" \n") != StringRef::npos)
    return createStringError("the name '" + name +
                             "' is empty or holds a space or line break");
  emitLine(os, kind + " " + name, memory,
           *memory->getTensorType().getStaticShape());
  return Error::success();
}

static Error emitOperation(raw_ostream &os, Operation &op) {
  if (auto input = dyn_cast<abacus::InputOp>(op))
    return emitPort(os, "INPUT", input.getHost()->getName(), input.getMemory());
  if (auto constant = dyn_cast<abacus::ConstantOp>(op)) {
    std::vector<int64_t> bits(*constant.getValue().getType().getNumElements());
    for (auto [i, word] : enumerate(bits))
      word = bit_cast<uint32_t>(constant.getValue().getData().get<float>(i));
    emitLine(os, "CONST", constant.getMemory(), bits);
  } else if (auto vector = dyn_cast<abacus::VectorOp>(op)) {
    Value *a = vector.getA(), *b = vector.getB();
    emitLine(os, vector.getKind(), {vector.getY(), a, b},
             {*a->getTensorType().getNumElements(),
              *b->getTensorType().getNumElements()});
  } else if (auto matmul = dyn_cast<abacus::MatmulOp>(op)) {
    auto a = *matmul.getA()->getTensorType().getStaticShape();
    auto b = *matmul.getB()->getTensorType().getStaticShape();
    emitLine(os, "MATMUL", {matmul.getY(), matmul.getA(), matmul.getB()},
             {a[0], a[1], b[1]});
  }
  return Error::success();
}

Error abacus::emitProgram(const Module &module, raw_ostream &os) {
  Graph &main = *module.getMain();
  os << programHeader;
  for (Operation &op : main.getBody().getOps())
    if (Error e = emitOperation(os, op))
      return e;
  for (auto [i, name] : enumerate(main.getOutputNames())) {
    auto output = cast<abacus::OutputOp>(main.getOutput(i)->getDefiningOp());
    if (Error e = emitPort(os, "OUTPUT", name, output.getMemory()))
      return e;
  }
  return Error::success();
}
