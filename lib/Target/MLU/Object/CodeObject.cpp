//===- CodeObject.cpp - Validation of code objects ------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/MLU/CodeObject.h"
#include "onnc/Target/MLU/Machine.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace llvm;

namespace onnc::mlu {

namespace {
struct HostTypeInfo {
  HostType type;
  StringLiteral name;
  unsigned size;
};
} // namespace

static constexpr HostTypeInfo hostTypes[] = {
    {HostType::F32, "f32", 4},   {HostType::U8, "u8", 1},
    {HostType::I8, "i8", 1},     {HostType::U16, "u16", 2},
    {HostType::I16, "i16", 2},   {HostType::I32, "i32", 4},
    {HostType::I64, "i64", 8},   {HostType::Bool, "bool", 1},
    {HostType::F16, "f16", 2},   {HostType::F64, "f64", 8},
    {HostType::U32, "u32", 4},   {HostType::U64, "u64", 8},
    {HostType::BF16, "bf16", 2},
};

unsigned hostTypeSize(HostType type) {
  for (const HostTypeInfo &info : hostTypes)
    if (info.type == type)
      return info.size;
  return 0;
}

StringRef getHostTypeName(HostType type) {
  for (const HostTypeInfo &info : hostTypes)
    if (info.type == type)
      return info.name;
  return "?";
}

std::optional<HostType> parseHostType(StringRef name) {
  for (const HostTypeInfo &info : hostTypes)
    if (info.name == name)
      return info.type;
  return std::nullopt;
}

uint64_t TensorDesc::numElements() const {
  uint64_t n = 1;
  for (int64_t dim : shape)
    n *= uint64_t(dim);
  return n;
}

void CodeObject::addConstant(uint64_t address, std::vector<uint8_t> bytes) {
  auto owned = std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
  constants.push_back({address, *owned});
  storage.push_back(std::move(owned));
}

static constexpr unsigned MaxRank = 16;

static Error fail(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

static bool fits(uint64_t address, uint64_t size, uint64_t memory) {
  return address <= memory && size <= memory - address;
}

static Error validateTensor(const TensorDesc &tensor, uint64_t memory) {
  if (tensor.kind > TensorKind::Constant)
    return fail("tensor '" + tensor.name + "': unknown kind");
  if (!hostTypeSize(tensor.hostType))
    return fail("tensor '" + tensor.name + "': unknown host element type");
  if (tensor.deviceType > ElemType::I32)
    return fail("tensor '" + tensor.name + "': unknown device element type");
  if (tensor.shape.size() != tensor.strides.size() ||
      tensor.shape.size() > MaxRank)
    return fail("tensor '" + tensor.name + "': bad rank");
  uint64_t size = elemSize(tensor.deviceType);
  uint64_t elements = 1, last = 0;
  bool empty = is_contained(tensor.shape, 0);
  for (auto [dim, stride] : zip(tensor.shape, tensor.strides)) {
    if (dim < 0 || stride < 0)
      return fail("tensor '" + tensor.name + "': negative dimension or stride");
    if (uint64_t(stride) % size)
      return fail("tensor '" + tensor.name +
                  "': stride not a multiple of the "
                  "element size");
    if (empty)
      continue;
    auto n = checkedMulUnsigned<uint64_t>(elements, uint64_t(dim));
    auto span =
        checkedMulUnsigned<uint64_t>(uint64_t(dim - 1), uint64_t(stride));
    auto end = span ? checkedAddUnsigned<uint64_t>(last, *span) : std::nullopt;
    // Elements may share device bytes by stride 0; the host's may not be
    // more than any machine could hold.
    if (!n || !end || *n > uint64_t(1) << 33)
      return fail("tensor '" + tensor.name + "': too large");
    elements = *n;
    last = *end;
  }
  if (tensor.address % size)
    return fail("tensor '" + tensor.name + "': misaligned address");
  uint64_t bytes = empty ? 0 : last + size;
  if (bytes < last || !fits(tensor.address, bytes, memory))
    return fail("tensor '" + tensor.name + "': outside the device memory");
  return Error::success();
}

static Error validateProgram(const Program &program, size_t numOperators) {
  if (program.name.empty() || !all_of(program.name, [](char c) {
        return isAlnum(c) || c == '_' || c == '.';
      }))
    return fail("program '" + program.name +
                "': a name has letters, digits, '_' and '.' only");
  if (program.words.empty())
    return fail("program '" + program.name + "' is empty");
  int64_t size = int64_t(program.words.size());
  if (size > INT32_MAX)
    return fail("program '" + program.name + "' is too long");
  for (auto [at, word] : enumerate(program.words)) {
    Expected<Instr> instr = decode(word);
    if (!instr)
      return fail("program '" + program.name + "', instruction " + Twine(at) +
                  ": " + toString(instr.takeError()));
    for (auto [i, operand] : enumerate(instr->info().operands())) {
      if (operand.kind != OperandKind::Target)
        continue;
      int64_t target = int64_t(at) + int32_t(instr->operands[i]);
      if (target < 0 || target >= size)
        return fail("program '" + program.name + "', instruction " + Twine(at) +
                    ": branch leaves the program");
    }
  }
  uint32_t last = 0;
  for (const OpRange &range : program.ops) {
    if (range.begin < last || range.end <= range.begin || range.end > size ||
        range.op >= numOperators)
      return fail("program '" + program.name + "': bad operator range");
    last = range.end;
  }
  return Error::success();
}

Error validate(const CodeObject &object) {
  const MachineParams *machine = findMachine(object.machine);
  if (!machine)
    return fail("unknown machine '" + object.machine + "'");
  if (object.memorySize > machine->deviceBytes)
    return fail("memory plan of " + Twine(object.memorySize) +
                " bytes exceeds the device memory");
  for (const MemoryRange &range : object.memory)
    if (!fits(range.address, range.size, object.memorySize))
      return fail("memory range '" + range.name +
                  "' lies outside the device memory");
  StringSet<> inputs, outputs;
  for (const TensorDesc &tensor : object.tensors) {
    if (Error error = validateTensor(tensor, object.memorySize))
      return error;
    if (tensor.kind != TensorKind::Constant &&
        !(tensor.kind == TensorKind::Input ? inputs : outputs)
             .insert(tensor.name)
             .second)
      return fail("tensor '" + tensor.name + "' occurs twice");
  }
  for (const Constant &constant : object.constants)
    if (!fits(constant.address, constant.bytes.size(), object.memorySize))
      return fail("constant at " + Twine(constant.address) +
                  " lies outside the device memory");
  StringSet<> names;
  for (const Program &program : object.programs) {
    if (Error error = validateProgram(program, object.operators.size()))
      return error;
    if (!names.insert(program.name).second)
      return fail("program '" + program.name + "' occurs twice");
  }
  for (const Launch &launch : object.launches) {
    if (launch.programs.empty() || launch.programs.size() > machine->cores)
      return fail("launch '" + launch.name + "': 1 to " +
                  Twine(machine->cores) + " cores can take part");
    for (uint32_t program : launch.programs)
      if (program >= object.programs.size())
        return fail("launch '" + launch.name + "': no such program");
  }
  return Error::success();
}

} // namespace onnc::mlu
