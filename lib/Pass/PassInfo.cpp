//===- PassInfo.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/PassInfo.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <charconv>
#include <cmath>

using namespace llvm;
using namespace onnc;

std::string onnc::didYouMean(StringRef name, ArrayRef<StringRef> candidates) {
  StringRef best;
  // A third of the letters may differ: more is another word.
  unsigned bestDistance = name.size() / 3 + 1;
  for (StringRef candidate : candidates) {
    unsigned distance = name.edit_distance(candidate, true, bestDistance);
    if (distance < bestDistance || (distance == bestDistance && best.empty())) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best.empty())
    return "";
  return (", did you mean '" + best + "'?").str();
}

ArrayRef<Property> onnc::getAllProperties() {
  static constexpr auto all = [] {
    std::array<Property, numProperties> out{};
    for (unsigned i = 0; i < numProperties; ++i)
      out[i] = static_cast<Property>(i);
    return out;
  }();
  return all;
}

std::optional<unsigned> PassInfo::findOption(StringRef option) const {
  for (auto [i, o] : enumerate(options))
    if (o.name == option)
      return i;
  return std::nullopt;
}

const KnobInfo *PassInfo::findKnob(StringRef knob) const {
  auto it = find_if(knobs, [&](const KnobInfo &k) { return k.name == knob; });
  return it == knobs.end() ? nullptr : it;
}

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

static Error expected(StringRef what, StringRef got) {
  return createStringError("expected " + what + ", got '" + got + "'");
}

static Error readElement(StringRef text, int64_t &value) {
  if (text.getAsInteger(0, value))
    return expected("an integer", text);
  return Error::success();
}

static Error readElement(StringRef text, double &value) {
  if (text.getAsDouble(value) || !std::isfinite(value))
    return expected("a number", text);
  return Error::success();
}

static Error readElement(StringRef text, std::string &value) {
  value = text.str();
  return Error::success();
}

template <typename T>
static Expected<OptionValue> readList(ArrayRef<std::string> elements) {
  std::vector<T> values(elements.size());
  for (auto [text, value] : zip(elements, values))
    if (Error e = readElement(text, value))
      return e;
  return OptionValue(std::move(values));
}

template <typename T> static Expected<OptionValue> readOne(StringRef text) {
  T value;
  if (Error e = readElement(text, value))
    return e;
  return OptionValue(std::move(value));
}

Expected<OptionValue> onnc::parseOptionValue(const OptionInfo &info,
                                             const OptionText &text) {
  switch (info.kind) {
  case OptionKind::IntList:
  case OptionKind::DoubleList:
  case OptionKind::StringList:
    if (!text.isList)
      return expected("a list '[…]'", text.elements[0]);
    break;
  default:
    if (text.isList)
      return createStringError("expected one value, got a list");
  }

  switch (info.kind) {
  case OptionKind::Bool:
    if (text.elements[0] == "true")
      return OptionValue(true);
    if (text.elements[0] == "false")
      return OptionValue(false);
    return expected("true or false", text.elements[0]);
  case OptionKind::Int:
    return readOne<int64_t>(text.elements[0]);
  case OptionKind::Double:
    return readOne<double>(text.elements[0]);
  case OptionKind::String:
    return OptionValue(text.elements[0]);
  case OptionKind::Enum: {
    auto it = find(info.values, text.elements[0]);
    if (it == info.values.end())
      return expected(join(info.values, " | "), text.elements[0]);
    return OptionValue(int64_t(it - info.values.begin()));
  }
  case OptionKind::IntList:
    return readList<int64_t>(text.elements);
  case OptionKind::DoubleList:
    return readList<double>(text.elements);
  case OptionKind::StringList:
    return readList<std::string>(text.elements);
  }
  llvm_unreachable("unknown option kind");
}

static void printElement(int64_t value, raw_ostream &os) { os << value; }

/// The shortest text that reads back as the same number.
static void printElement(double value, raw_ostream &os) {
  char buffer[32];
  auto [end, ec] = std::to_chars(buffer, buffer + sizeof(buffer), value);
  os.write(buffer, end - buffer);
}

static void printElement(const std::string &value, raw_ostream &os) {
  os << '"';
  for (char c : value) {
    if (c == '\n') {
      os << "\\n";
      continue;
    }
    if (c == '"' || c == '\\')
      os << '\\';
    os << c;
  }
  os << '"';
}

void onnc::printOptionValue(const OptionInfo &info, const OptionValue &value,
                            raw_ostream &os) {
  if (info.kind == OptionKind::Enum) {
    os << info.values[std::get<int64_t>(value)];
    return;
  }
  std::visit(
      [&](const auto &v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>) {
          os << (v ? "true" : "false");
        } else if constexpr (std::is_arithmetic_v<T> ||
                             std::is_same_v<T, std::string>) {
          printElement(v, os);
        } else {
          os << '[';
          interleave(
              v, os, [&](const auto &e) { printElement(e, os); }, ", ");
          os << ']';
        }
      },
      value);
}

//===----------------------------------------------------------------------===//
// Knobs
//===----------------------------------------------------------------------===//

std::string KnobInfo::str(int64_t value) const {
  return isEnum() ? values[value].str() : std::to_string(value);
}

std::string KnobInfo::domainStr() const {
  if (isEnum())
    return join(values, " | ");
  std::string out = std::to_string(min);
  if (min + step <= max)
    out += ", " + std::to_string(min + step);
  if (min + 2 * step <= max)
    out += (min + 2 * step == max ? ", " : " … ") + std::to_string(max);
  return out;
}

Expected<int64_t> KnobInfo::parse(StringRef text) const {
  if (isEnum()) {
    auto it = find(values, text);
    if (it != values.end())
      return it - values.begin();
  } else {
    int64_t value;
    if (!text.getAsInteger(0, value) && contains(value))
      return value;
  }
  return expected(domainStr(), text);
}
