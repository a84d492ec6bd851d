//===- Manifest.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Manifest.h"
#include "../Processor.h"
#include "Identifier.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

/// No address of these cores has more bits.
static constexpr int64_t maxBytes = int64_t(1) << 32;

std::optional<StringRef> cortexm::getCType(ElementType type) {
  switch (type) {
  case ElementType::F32:
    return "float";
  case ElementType::F64:
    return "double";
  case ElementType::I8:
    return "int8_t";
  case ElementType::I16:
    return "int16_t";
  case ElementType::I32:
    return "int32_t";
  case ElementType::I64:
    return "int64_t";
  case ElementType::U8:
  case ElementType::Bool: // 0 or 1
    return "uint8_t";
  case ElementType::U16:
    return "uint16_t";
  case ElementType::U32:
    return "uint32_t";
  case ElementType::U64:
    return "uint64_t";
  default:
    return std::nullopt;
  }
}

int64_t TensorParameter::getNumElements() const {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

int64_t TensorParameter::getNumBytes() const {
  return getNumElements() * (getBitWidth(type) / 8);
}

//===----------------------------------------------------------------------===//
// Making one
//===----------------------------------------------------------------------===//

Manifest Manifest::create(StringRef model, const Processor &processor) {
  Manifest m;
  m.model = makeIdentifier(model);
  m.processor = &processor;
  m.sources = {m.model + ".c"};
  for (StringRef flag : processor.flags)
    m.flags.push_back(flag.str());
  for (StringRef flag : {"-std=c99", "-O2", "-ffp-contract=off"})
    m.flags.push_back(flag.str());
  return m;
}

Error Manifest::addInput(StringRef name, ElementType type,
                         ArrayRef<int64_t> shape) {
  return add(inputs, name, type, shape);
}

Error Manifest::addOutput(StringRef name, ElementType type,
                          ArrayRef<int64_t> shape) {
  return add(outputs, name, type, shape);
}

/// What is wrong with type and shape; empty: nothing.
static std::string refuseTensor(ElementType type, ArrayRef<int64_t> shape) {
  if (!getCType(type))
    return "elements of type '" + getName(type).str() + "' have none in C99";
  int64_t bytes = getBitWidth(type) / 8;
  for (int64_t size : shape) {
    if (size < 1)
      return "a tensor without elements can't be passed in C";
    if (size > maxBytes || (bytes *= size) > maxBytes)
      return "the tensor is larger than the address space";
  }
  return "";
}

Error Manifest::add(std::vector<TensorParameter> &list, StringRef name,
                    ElementType type, ArrayRef<int64_t> shape) {
  if (std::string reason = refuseTensor(type, shape); !reason.empty())
    return createStringError("'" + name + "': " + reason);
  IdentifierSet names;
  if (usesExternalRam())
    names.add(externalParameter);
  for (const TensorParameter &t : concat<TensorParameter>(inputs, outputs))
    names.add(t.parameter);
  list.push_back({name.str(), names.add(name), type,
                  SmallVector<int64_t, 6>(shape.begin(), shape.end())});
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Checking one
//===----------------------------------------------------------------------===//

/// Flags that can do nothing but change the generated code. Others can make the
/// compiler run programs and write files, so the list is closed.
static bool isHarmlessFlag(StringRef flag) {
  static constexpr StringRef flags[] = {
      "-std=c99",
      "-O0",
      "-O1",
      "-O2",
      "-O3",
      "-Os",
      "-ffp-contract=off",
      "-ffp-contract=fast",
      "-fno-math-errno",
      "-fno-trapping-math",
      "-fno-strict-aliasing",
      "-fno-tree-loop-distribute-patterns",
      "-fno-tree-vectorize",
      "-fno-unroll-loops",
      "-funroll-loops",
      "-fomit-frame-pointer",
      "-fno-schedule-insns",
  };
  return is_contained(flags, flag);
}

static bool isSourceName(StringRef name) {
  return name.consume_back(".c") && !name.empty() && name.size() <= 100 &&
         isAlnum(name[0]) &&
         all_of(name, [](char c) { return isAlnum(c) || c == '_'; });
}

static Error errorAt(const Twine &place, const Twine &message) {
  return createStringError(place + ": " + message);
}

static Error verifyFlags(const Manifest &m) {
  for (auto [i, flag] : enumerate(m.flags))
    if (!isHarmlessFlag(flag) &&
        !is_contained(m.processor->flags, StringRef(flag)))
      return errorAt("flags[" + Twine(i) + "]",
                     "'" + flag + "' isn't a flag that artifacts for " +
                         m.processor->name + " may ask for");
  for (StringRef flag : m.processor->flags)
    if (!is_contained(m.flags, flag.str()))
      return errorAt("flags", "'" + flag + "', which " + m.processor->name +
                                  " needs, isn't among them");
  return Error::success();
}

static Error verifyArena(StringRef place, int64_t bytes, int64_t alignment) {
  if (bytes < 0 || bytes > maxBytes)
    return errorAt(place + ".bytes", Twine(bytes) + " is out of range");
  if (alignment < 1 || alignment > 4096 || !isPowerOf2_64(alignment))
    return errorAt(place + ".alignment",
                   Twine(alignment) + " isn't a power of two up to 4096");
  return Error::success();
}

static Error verifyTensors(ArrayRef<TensorParameter> tensors, StringRef list,
                           StringSet<> &parameters) {
  for (auto [i, t] : enumerate(tensors)) {
    std::string place = (list + "[" + Twine(i) + "]").str();
    if (!isIdentifier(t.parameter))
      return errorAt(place + ".parameter",
                     "'" + t.parameter +
                         "' isn't an identifier of lower case, or reserved");
    if (!parameters.insert(t.parameter).second)
      return errorAt(place + ".parameter",
                     "'" + t.parameter + "' is the name of two parameters");
    if (std::string reason = refuseTensor(t.type, t.shape); !reason.empty())
      return errorAt(place, reason);
  }
  return Error::success();
}

Error Manifest::verify() const {
  assert(processor && "no processor");
  if (!isIdentifier(model))
    return errorAt("model", "'" + model +
                                "' isn't an identifier of lower case, or "
                                "reserved");
  if (sources.empty())
    return errorAt("sources", "there is none");
  for (auto [i, source] : enumerate(sources)) {
    if (!isSourceName(source))
      return errorAt("sources[" + Twine(i) + "]",
                     "'" + source +
                         "' isn't the name of a C source beside "
                         "the manifest");
    if (is_contained(ArrayRef(sources).take_front(i), source))
      return errorAt("sources[" + Twine(i) + "]",
                     "'" + source + "' stands there twice");
  }
  if (Error error = verifyArena("arena", arenaBytes, arenaAlignment))
    return error;
  if (Error error =
          verifyArena(externalParameter, externalBytes, externalAlignment))
    return error;
  if (outputs.empty())
    return errorAt("outputs", "there is none");
  StringSet<> parameters;
  if (usesExternalRam())
    parameters.insert(externalParameter);
  if (Error error = verifyTensors(inputs, "inputs", parameters))
    return error;
  if (Error error = verifyTensors(outputs, "outputs", parameters))
    return error;
  return verifyFlags(*this);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static void writeTensors(json::OStream &json, StringRef list,
                         ArrayRef<TensorParameter> tensors) {
  json.attributeArray(list, [&] {
    for (const TensorParameter &t : tensors)
      json.object([&] {
        json.attribute("name", json::fixUTF8(t.name));
        json.attribute("parameter", t.parameter);
        json.attribute("element_type", getName(t.type));
        json.attribute("c_type", *getCType(t.type));
        json.attribute("shape", json::Array(t.shape));
        json.attribute("bytes", t.getNumBytes());
      });
  });
}

void Manifest::write(raw_ostream &os) const {
  json::OStream json(os, /*IndentSize=*/2);
  json.object([&] {
    // First, for recognize().
    json.attribute("format", format);
    json.attribute("version", version);
    json.attribute("model", model);
    json.attribute("processor", processor->name);
    json.attribute("header", getHeader());
    json.attribute("sources", json::Array(sources));
    json.attribute("flags", json::Array(flags));
    json.attribute("entry", getEntry());
    auto writeArena = [&](StringRef name, int64_t bytes, int64_t alignment) {
      json.attributeObject(name, [&] {
        json.attribute("bytes", bytes);
        json.attribute("alignment", alignment);
      });
    };
    writeArena("arena", arenaBytes, arenaAlignment);
    if (usesExternalRam())
      writeArena(externalParameter, externalBytes, externalAlignment);
    writeTensors(json, "inputs", inputs);
    writeTensors(json, "outputs", outputs);
  });
  os << '\n';
}
