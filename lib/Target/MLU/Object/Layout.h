//===- Layout.h - The notes of a code object --------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_OBJECT_LAYOUT_H
#define ONNC_LIB_TARGET_MLU_OBJECT_LAYOUT_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace onnc::mlu {

/// Notes of the section .note.mlu, owner "ONNC". All numbers little-endian;
/// a string is its length (32 bit) and its bytes; a list its length (32 bit)
/// and its items.
enum class NoteType : uint32_t {
  Memory = 0x4d01, ///< machine, memory size (64), list of (name, address, size)
  Tensors = 0x4d02, ///< list of (kind 8, host type 8, device type 8, rank 8,
                    ///< name, address 64, rank times (dimension 64, stride 64))
  Launches = 0x4d03, ///< list of (name, list of program index 32)
  Operators =
      0x4d04, ///< list of names; for each program a list of (begin, end, op)
};

constexpr llvm::StringLiteral NoteOwner = "ONNC";
constexpr llvm::StringLiteral TextPrefix = ".text.";
constexpr llvm::StringLiteral ConstantName = ".const";
constexpr llvm::StringLiteral NoteName = ".note.mlu";
constexpr llvm::StringLiteral StringsName = ".shstrtab";

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_OBJECT_LAYOUT_H
