//===- CodeObject.h - The MLU's executable file -----------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What the compiler hands to the runtime: programs, constants, tensor
/// descriptors, launches and the memory plan, as data, and as an ELF64 file
/// (docs/MLU.md describes its sections). Reading treats the file as hostile.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_CODEOBJECT_H
#define ONNC_TARGET_MLU_CODEOBJECT_H

#include "onnc/Target/MLU/ISA.h"
#include "llvm/Support/MemoryBufferRef.h"
#include <string>
#include <vector>

namespace onnc::mlu {

/// Element types on the host side, numbered as in onnx.TensorProto.
enum class HostType : uint8_t {
  F32 = 1,
  U8 = 2,
  I8 = 3,
  U16 = 4,
  I16 = 5,
  I32 = 6,
  I64 = 7,
  Bool = 9,
  F16 = 10,
  F64 = 11,
  U32 = 12,
  U64 = 13,
  BF16 = 16
};

/// Bytes of an element; 0 if \p type is no HostType.
unsigned hostTypeSize(HostType type);
llvm::StringRef getHostTypeName(HostType type);
std::optional<HostType> parseHostType(llvm::StringRef name);

enum class TensorKind : uint8_t { Input, Output, Constant };

/// A tensor that host and device share. The host's is dense and row-major; the
/// device's element (i0, i1, ...) lies at address + sum of ik * strides[k], so
/// that a permuted or padded layout needs nothing but strides.
struct TensorDesc {
  TensorKind kind = TensorKind::Input;
  std::string name;
  HostType hostType = HostType::F32;
  std::vector<int64_t> shape; ///< In the host's order of dimensions.
  ElemType deviceType = ElemType::F16;
  uint64_t address = 0;         ///< In device memory, bytes.
  std::vector<int64_t> strides; ///< Bytes, one per dimension, not negative.

  /// Elements; the shape must have been validated.
  uint64_t numElements() const;
  uint64_t hostBytes() const { return numElements() * hostTypeSize(hostType); }
};

/// Instructions [begin, end) of a program that compute one operator.
struct OpRange {
  uint32_t begin = 0, end = 0;
  uint32_t op = 0; ///< Index into CodeObject::operators.
};

/// What one core executes in a launch.
struct Program {
  std::string name; ///< Unique; the section is ".text." + name.
  std::vector<uint64_t> words;
  std::vector<OpRange> ops; ///< Ascending, disjoint; may leave gaps.
};

/// Bytes that are in device memory before the first launch. They are owned by
/// whoever made the object (CodeObject::storage, or the buffer it was read
/// from).
struct Constant {
  uint64_t address = 0;
  llvm::ArrayRef<uint8_t> bytes;
};

/// One operator or fusion block: core i runs programs[i].
struct Launch {
  std::string name;
  std::vector<uint32_t> programs;
};

/// A named part of the memory plan, for reports.
struct MemoryRange {
  std::string name;
  uint64_t address = 0, size = 0;
};

struct CodeObject {
  std::string machine = "mlu100"; ///< Compiled for; see Machine.h.
  uint64_t memorySize = 0;        ///< Device memory used, bytes.
  std::vector<MemoryRange> memory;
  std::vector<TensorDesc> tensors;
  std::vector<std::string> operators;
  std::vector<Program> programs;
  std::vector<Constant> constants;
  std::vector<Launch> launches; ///< Executed in this order.

  /// Owns constants' bytes where nothing else does.
  std::vector<std::shared_ptr<const std::vector<uint8_t>>> storage;

  /// Adds a constant whose bytes the object owns.
  void addConstant(uint64_t address, std::vector<uint8_t> bytes);
};

/// Checks everything that does not depend on running: known machine, addresses
/// inside the device memory, names unique, instructions decodable, branches
/// inside their programs, launches complete. The error names the offender.
llvm::Error validate(const CodeObject &object);

/// Writes \p object as ELF64. The same object gives the same bytes. Fails
/// where validate fails.
llvm::Error writeCodeObject(const CodeObject &object, llvm::raw_ostream &os);

/// Reads and validates an ELF64 code object. Constants refer to \p buffer,
/// which must outlive the result. Errors name the file offset.
llvm::Expected<CodeObject> readCodeObject(llvm::MemoryBufferRef buffer);

/// The e_machine value of code objects ("ML"; not registered).
constexpr uint16_t ElfMachine = 0x4d4c;
/// The version of the layout, in e_flags.
constexpr uint32_t CodeObjectVersion = 1;

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_CODEOBJECT_H
