//===- EmitBlock.h - A fusion block becomes a launch ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_EMITBLOCK_H
#define ONNC_LIB_TARGET_MLU_COMPILER_EMITBLOCK_H

#include "CoreCode.h"
#include "onnc/CodeGen/TileWalker.h"
#include "onnc/Target/MLU/CodeObject.h"

namespace onnc::mlu {

/// The instructions of each core that takes part in \p block.
llvm::Expected<std::vector<std::vector<uint64_t>>>
emitBlock(tile::BlockOp block, const MachineParams &machine,
          ParameterPool &parameters);

/// How a buffer's elements are stored; nullopt for types the machine lacks.
std::optional<ElemType> getBufferElement(BufferType type);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_EMITBLOCK_H
