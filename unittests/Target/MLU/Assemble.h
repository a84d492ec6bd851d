//===- Assemble.h - Objects from text ---------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_UNITTESTS_TARGET_MLU_ASSEMBLE_H
#define ONNC_UNITTESTS_TARGET_MLU_ASSEMBLE_H

#include "onnc/Target/MLU/Assembler.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include <gtest/gtest.h>

namespace onnc::mlu {

/// The object of \p text, which must be right.
inline CodeObject assembleText(llvm::StringRef text) {
  llvm::SourceMgr source;
  source.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy(text, "test"),
                            llvm::SMLoc());
  std::optional<CodeObject> object = assemble(source);
  EXPECT_TRUE(object.has_value());
  return object ? std::move(*object) : CodeObject();
}

inline std::string disassembleToText(const CodeObject &object) {
  std::string text;
  llvm::raw_string_ostream os(text);
  EXPECT_FALSE(disassemble(object, os));
  return text;
}

} // namespace onnc::mlu

#endif // ONNC_UNITTESTS_TARGET_MLU_ASSEMBLE_H
