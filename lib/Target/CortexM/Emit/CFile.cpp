//===- CFile.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CFile.h"
#include "../Artifact/Manifest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

StringRef cortexm::getStorageType(ElementType type) { return *getCType(type); }

StringRef cortexm::getComputeType(ElementType type) {
  if (isFloat(type) || getBitWidth(type) >= 32)
    return getStorageType(type);
  return "int32_t";
}

static std::string getFloatLiteral(double value, bool isDouble) {
  if (std::isnan(value))
    return isDouble ? "__builtin_nan(\"\")" : "__builtin_nanf(\"\")";
  if (std::isinf(value))
    return std::string(value < 0 ? "-" : "") +
           (isDouble ? "__builtin_inf()" : "__builtin_inff()");
  std::string text;
  raw_string_ostream os(text);
  // As many digits as tell all numbers apart.
  os << format(isDouble ? "%.17g" : "%.9g", value);
  if (StringRef(text).find_first_of(".e") == StringRef::npos)
    os << ".0";
  if (!isDouble)
    os << 'f';
  return text;
}

std::string cortexm::getLiteral(ElementType type, double value) {
  if (isFloat(type))
    return getFloatLiteral(value, type == ElementType::F64);
  return getLiteral(type, int64_t(value));
}

std::string cortexm::getLiteral(ElementType type, int64_t value) {
  if (isFloat(type))
    return getLiteral(type, double(value));
  switch (type) {
  case ElementType::U32:
    return std::to_string(value) + "u";
  case ElementType::U64:
    return std::to_string(uint64_t(value)) + "u";
  case ElementType::I64:
    // The smallest number has no literal of its own.
    if (value == INT64_MIN)
      return "(-9223372036854775807 - 1)";
    return value < 0 ? "(" + std::to_string(value) + ")"
                     : std::to_string(value);
  default:
    if (value == INT32_MIN)
      return "(-2147483647 - 1)";
    return std::to_string(value);
  }
}

CFile::CFile() {
  // No kernel, array or variable is called as these.
  for (const Helper &helper : getHelpers())
    names.add(helper.name);
}

static std::string getElementText(ElementType type, const char *data) {
  using support::endian::read;
  constexpr auto little = endianness::little;
  switch (type) {
  case ElementType::F32:
    return getLiteral(type,
                      double(bit_cast<float>(
                          read<uint32_t, little, support::unaligned>(data))));
  case ElementType::F64:
    return getLiteral(
        type,
        bit_cast<double>(read<uint64_t, little, support::unaligned>(data)));
  case ElementType::I8:
    return std::to_string(int(int8_t(*data)));
  case ElementType::U8:
    return std::to_string(int(uint8_t(*data)));
  case ElementType::Bool:
    return *data ? "1" : "0";
  case ElementType::I16:
    return std::to_string(read<int16_t, little, support::unaligned>(data));
  case ElementType::U16:
    return std::to_string(read<uint16_t, little, support::unaligned>(data));
  case ElementType::I32:
    return getLiteral(type,
                      int64_t(read<int32_t, little, support::unaligned>(data)));
  case ElementType::U32:
    return getLiteral(
        type, int64_t(read<uint32_t, little, support::unaligned>(data)));
  default:
    return getLiteral(type, read<int64_t, little, support::unaligned>(data));
  }
}

/// Functions of C's library, which compilers know without a header, have names
/// without '_': exp, log, index, y0. Ours have one.
static std::string avoidLibrary(StringRef hint, StringRef suffix) {
  std::string name = makeIdentifier(hint);
  return StringRef(name).contains('_') ? name : name + suffix.str();
}

std::string CFile::addArray(StringRef hint, ElementType type,
                            ArrayRef<char> bytes) {
  std::string key =
      (getName(type) + ":" + StringRef(bytes.data(), bytes.size())).str();
  std::string &name = arrays[key];
  if (!name.empty())
    return name;
  name = names.add(avoidLibrary(hint, "_values"));
  unsigned size = getBitWidth(type) / 8;
  size_t count = bytes.size() / size;
  std::string text;
  raw_string_ostream os(text);
  os << "static const " << getStorageType(type) << " " << name << "[" << count
     << "] = {";
  size_t column = 80;
  for (size_t i = 0; i < count; ++i) {
    std::string element = getElementText(type, bytes.data() + i * size);
    if (column + element.size() + 2 > 80) {
      os << "\n   ";
      column = 3;
    }
    os << " " << element << ",";
    column += element.size() + 2;
  }
  os << "\n};\n";
  arrayTexts.push_back(std::move(text));
  constantBytes += bytes.size();
  return name;
}

std::string cortexm::wrapList(StringRef head, ArrayRef<std::string> list,
                              StringRef tail) {
  constexpr size_t width = 80;
  std::string text = head.str();
  size_t indent = head.size() - head.rfind('\n') - 1, column = indent;
  for (auto [i, item] : enumerate(list)) {
    bool isLast = i + 1 == list.size();
    size_t size = item.size() + (isLast ? tail.size() : 1);
    if (i && column + 1 + size > width) {
      text += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (i) {
      text += ' ';
      ++column;
    }
    text += item + (isLast ? "" : ",");
    column += size;
  }
  return text + tail.str();
}

std::string CFile::addFunction(StringRef hint, StringRef comment,
                               ArrayRef<std::string> parameters,
                               StringRef body) {
  std::string &name = functions[join(parameters, ",") + ")" + body.str()];
  if (!name.empty())
    return name;
  name = names.add(avoidLibrary(hint, "_kernel"));
  addHelpers(body);
  std::string text;
  raw_string_ostream os(text);
  // Each by itself: registers are assigned better, and counted by function.
  os << "/* " << comment << " */\n__attribute__((noinline))\n"
     << wrapList("static void " + name + "(", parameters, ") {") << "\n"
     << body << "}\n";
  functionTexts.push_back(std::move(text));
  return name;
}

void CFile::addHelpers(StringRef code) {
  for (const Helper &helper : getHelpers())
    for (size_t at = 0; (at = code.find(helper.name, at)) != StringRef::npos;
         at += helper.name.size()) {
      StringRef rest = code.substr(at + helper.name.size());
      if (rest.starts_with("(") &&
          (at == 0 || !(isAlnum(code[at - 1]) || code[at - 1] == '_')))
        require(helper.name);
    }
}

void CFile::require(StringRef helper) {
  if (!helpers.insert(helper.str()).second)
    return;
  const Helper *it =
      find_if(getHelpers(), [&](const Helper &h) { return h.name == helper; });
  assert(it != getHelpers().end() && "not in the library");
  for (StringRef used : it->uses)
    require(used);
}

void CFile::write(StringRef header, raw_ostream &os) const {
  os << "#include \"" << header << "\"\n\n#include <stdint.h>\n"
     << "#include <string.h>\n";
  auto uses = [&](StringRef text) {
    return any_of(getHelpers(), [&](const Helper &helper) {
      return helpers.count(helper.name.str()) && helper.text.contains(text);
    });
  };
  if (uses("__ARM_FEATURE_"))
    os << "#if defined(__ARM_FEATURE_SIMD32) || defined(__ARM_FEATURE_SAT)\n"
          "#include <arm_acle.h>\n#endif\n";
  for (const Helper &helper : getHelpers())
    if (helpers.count(helper.name.str()) && !helper.text.empty())
      os << "\n" << helper.text;
  for (const std::string &text : arrayTexts)
    os << "\n" << text;
  for (const std::string &text : functionTexts)
    os << "\n" << text;
}
