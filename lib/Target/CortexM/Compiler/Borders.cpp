//===- Borders.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Borders.h"
#include "onnc/IR/Region.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

bool cortexm::isCallersInput(tile::InputOp input) {
  BufferType type = tile::getBufferType(input.getBuffer());
  return tile::isInIndexOrder(type) &&
         type.getElementType() ==
             input.getTensor()->getTensorType().getElementType();
}

/// The first output that \p buffer, or what it is reshaped to, becomes.
static std::optional<unsigned> findOutput(const Value *buffer) {
  if (!tile::isInIndexOrder(tile::getBufferType(buffer)))
    return std::nullopt;
  std::optional<unsigned> first;
  auto consider = [&](std::optional<unsigned> output) {
    if (output && (!first || *output < *first))
      first = output;
  };
  for (const Use &use : buffer->getUses()) {
    Operation *user = use.getOwner();
    if (isa<tile::ReshapeOp>(user))
      consider(findOutput(user->getResult()));
    if (!isa<tile::OutputOp>(user) ||
        user->getResult()->getTensorType().getElementType() !=
            tile::getBufferType(buffer).getElementType())
      continue;
    for (const Use &returned : user->getResult()->getUses())
      if (returned.getOwner()->hasTrait(OpTrait::Terminator))
        consider(returned.getIndex());
  }
  return first;
}

std::optional<unsigned> cortexm::getCallersOutput(const Operation &alloc) {
  if (!isa<tile::AllocOp>(alloc) || alloc.getParentOp())
    return std::nullopt;
  return findOutput(alloc.getResult());
}
