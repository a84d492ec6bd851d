//===- Artifact.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Artifact.h"
#include "onnc/IR/Module.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::x86;

//===----------------------------------------------------------------------===//
// Manifest
//===----------------------------------------------------------------------===//

static constexpr StringLiteral magic = "onnc-x86-manifest-1:";

static json::Array toJSON(ArrayRef<ProgramValueInfo> values) {
  json::Array out;
  for (const ProgramValueInfo &value : values)
    out.push_back(
        json::Object{{"name", json::fixUTF8(value.name)},
                     {"element", getName(*value.elementType)},
                     {"shape", json::Array(ArrayRef<int64_t>(*value.shape))}});
  return out;
}

std::string Manifest::write() const {
  json::Object object{{"prefix", prefix},
                      {"cpu", cpu},
                      {"features", json::Array(features)},
                      {"inputs", toJSON(inputs)},
                      {"outputs", toJSON(outputs)}};
  std::string text;
  raw_string_ostream(text) << magic << json::Value(std::move(object));
  return text;
}

static bool readValues(const json::Array *array,
                       std::vector<ProgramValueInfo> &out) {
  if (!array)
    return false;
  for (const json::Value &entry : *array) {
    const json::Object *object = entry.getAsObject();
    auto name = object ? object->getString("name") : std::nullopt;
    auto element = object ? object->getString("element") : std::nullopt;
    const json::Array *shape = object ? object->getArray("shape") : nullptr;
    auto type = element ? parseElementType(*element) : std::nullopt;
    if (!name || !type || !shape)
      return false;
    SmallVector<int64_t, 6> sizes;
    int64_t elements = 1;
    for (const json::Value &size : *shape) {
      auto number = size.getAsInteger();
      if (!number || *number < 0 || *number > INT32_MAX ||
          MulOverflow(elements, *number, elements))
        return false;
      sizes.push_back(*number);
    }
    if (!getByteSize(*type, elements))
      return false;
    out.push_back(ProgramValueInfo::ofTensor(*name, *type, sizes));
  }
  return true;
}

std::optional<Manifest> Manifest::find(StringRef file) {
  size_t at = file.find(magic);
  if (at == StringRef::npos)
    return std::nullopt;
  StringRef text = file.drop_front(at + magic.size());
  auto parsed = json::parse(text.take_front(text.find('\0')));
  if (!parsed) {
    consumeError(parsed.takeError());
    return std::nullopt;
  }
  const json::Object *object = parsed->getAsObject();
  Manifest manifest;
  auto prefix = object ? object->getString("prefix") : std::nullopt;
  auto cpu = object ? object->getString("cpu") : std::nullopt;
  const json::Array *features = object ? object->getArray("features") : nullptr;
  if (!prefix || !cpu || !features ||
      !readValues(object->getArray("inputs"), manifest.inputs) ||
      !readValues(object->getArray("outputs"), manifest.outputs))
    return std::nullopt;
  manifest.prefix = prefix->str();
  manifest.cpu = cpu->str();
  for (const json::Value &feature : *features) {
    auto name = feature.getAsString();
    if (!name)
      return std::nullopt;
    manifest.features.push_back(name->str());
  }
  return manifest;
}

Manifest x86::describeProgram(const Module &module, const IRProgram &program,
                              const Processor &processor) {
  Manifest manifest = {
      program.prefix, processor.cpu, processor.required, {}, {}};
  const Graph &graph = *module.getMain();
  auto describe = [](StringRef name, const Value *value) {
    TensorType type = value->getTensorType();
    return ProgramValueInfo::ofTensor(name, type.getElementType(),
                                      *type.getStaticShape());
  };
  for (unsigned i = 0; i != graph.getNumInputs(); ++i)
    manifest.inputs.push_back(
        describe(graph.getInput(i)->getName(), graph.getInput(i)));
  for (unsigned i = 0; i != graph.getNumOutputs(); ++i)
    manifest.outputs.push_back(
        describe(graph.getOutputNames()[i], graph.getOutput(i)));
  return manifest;
}

bool x86::recognize(MemoryBufferRef file) {
  StringRef bytes = file.getBuffer();
  if (bytes.size() < 64 || !bytes.starts_with("\177ELF"))
    return false;
  uint16_t type = support::endian::read16le(bytes.data() + 16);
  uint16_t machine = support::endian::read16le(bytes.data() + 18);
  return machine == ELF::EM_X86_64 &&
         (type == ELF::ET_REL || type == ELF::ET_DYN) && bytes.contains(magic);
}

//===----------------------------------------------------------------------===//
// Header
//===----------------------------------------------------------------------===//

static StringRef getCType(ElementType type) {
  switch (type) {
  case ElementType::F32:
    return "float";
  case ElementType::F64:
    return "double";
  case ElementType::I8:
    return "int8_t";
  case ElementType::U8:
  case ElementType::Bool:
    return "uint8_t";
  case ElementType::I16:
    return "int16_t";
  case ElementType::I32:
    return "int32_t";
  case ElementType::U32:
    return "uint32_t";
  case ElementType::I64:
    return "int64_t";
  case ElementType::U64:
    return "uint64_t";
  default:
    return "uint16_t";
  }
}

static std::string getParameter(StringRef name, unsigned index) {
  std::string out;
  for (char c : name)
    out += isAlnum(c) ? c : '_';
  if (out.empty() || isDigit(out[0]))
    out = "_" + out;
  // Two names may become one, or one a keyword.
  return out + "_" + std::to_string(index);
}

static void writeValue(const ProgramValueInfo &value, unsigned index,
                       bool isConst, raw_ostream &os) {
  os << (isConst ? "const " : "") << getCType(*value.elementType) << " *"
     << getParameter(value.name, index) << " /* ";
  for (auto [i, size] : enumerate(*value.shape))
    os << (i ? "x" : "") << size;
  os << " */";
}

void x86::writeHeader(const Manifest &manifest, int64_t arenaBytes,
                      raw_ostream &os) {
  const std::string &p = manifest.prefix;
  std::string guard = "ONNC_" + StringRef(p).upper() + "_H";
  os << "/* A model that onnc compiled for " << manifest.cpu
     << ".\n * Tensors are dense and row-major. A context belongs to one "
        "caller "
        "at a time;\n * functions that return an int return 0. */\n#ifndef "
     << guard << "\n#define " << guard
     << "\n\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" "
        "{\n#endif\n\n"
     << "/* Bytes of intermediate tensors in a context. */\n#define "
     << StringRef(p).upper() << "_ARENA_BYTES " << arenaBytes << "\n\nstruct "
     << p << "_context;\n\n"
     << "/* A context whose runs use \"threads\" threads; NULL where there is "
        "no memory. */\nstruct "
     << p << "_context *" << p << "_create(int threads);\nvoid " << p
     << "_destroy(struct " << p << "_context *context);\n\nint " << p
     << "_run(struct " << p << "_context *context";
  for (auto [i, value] : enumerate(manifest.inputs)) {
    os << ",\n    ";
    writeValue(value, i, /*isConst=*/true, os);
  }
  for (auto [i, value] : enumerate(manifest.outputs)) {
    os << ",\n    ";
    writeValue(value, manifest.inputs.size() + i, /*isConst=*/false, os);
  }
  os << ");\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}
