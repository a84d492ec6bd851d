//===- ElementText.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementText.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include <charconv>
#include <cmath>

using namespace llvm;
using namespace onnc;

template <typename T> static std::string shortest(T value) {
  char buffer[32];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), value);
  std::string out(buffer, end);
  if (out.find_first_of(".e") == std::string::npos)
    out += ".0";
  return out;
}

std::string onnc::floatToText(float value) { return shortest(value); }
std::string onnc::doubleToText(double value) { return shortest(value); }

/// Float formats below 32 bits that APFloat knows.
static const fltSemantics *getSemantics(ElementType type) {
  switch (type) {
  case ElementType::F16:
    return &APFloat::IEEEhalf();
  case ElementType::BF16:
    return &APFloat::BFloat();
  case ElementType::F8E4M3FN:
    return &APFloat::Float8E4M3FN();
  case ElementType::F8E4M3FNUZ:
    return &APFloat::Float8E4M3FNUZ();
  case ElementType::F8E5M2:
    return &APFloat::Float8E5M2();
  case ElementType::F8E5M2FNUZ:
    return &APFloat::Float8E5M2FNUZ();
  case ElementType::F4E2M1:
    return &APFloat::Float4E2M1FN();
  default:
    return nullptr;
  }
}

unsigned onnc::getElementParts(ElementType type) {
  return getKind(type) == ElementKind::Complex ? 2 : 1;
}

/// The type of each part.
static ElementType partType(ElementType type) {
  if (type == ElementType::C64)
    return ElementType::F32;
  if (type == ElementType::C128)
    return ElementType::F64;
  return type;
}

static uint64_t readBits(ArrayRef<char> bytes, unsigned bits, int64_t index) {
  if (bits >= 8) {
    uint64_t out = 0;
    for (unsigned i = 0; i < bits / 8; ++i)
      out |= uint64_t(uint8_t(bytes[index * (bits / 8) + i])) << (8 * i);
    return out;
  }
  unsigned perByte = 8 / bits;
  return uint8_t(bytes[index / perByte]) >> (index % perByte * bits) &
         ((1u << bits) - 1);
}

static void writeBits(MutableArrayRef<char> bytes, unsigned bits, int64_t index,
                      uint64_t value) {
  if (bits >= 8) {
    for (unsigned i = 0; i < bits / 8; ++i)
      bytes[index * (bits / 8) + i] = char(value >> (8 * i));
    return;
  }
  unsigned perByte = 8 / bits, shift = index % perByte * bits;
  unsigned mask = ((1u << bits) - 1) << shift;
  char &byte = bytes[index / perByte];
  byte = char((uint8_t(byte) & ~mask) | (unsigned(value) << shift & mask));
}

static void printPart(raw_ostream &os, ElementType type, uint64_t raw) {
  unsigned bits = getBitWidth(type);
  auto printHex = [&] { os << "0x" << utohexstr(raw, /*LowerCase=*/true); };
  switch (getKind(type)) {
  case ElementKind::Bool:
    // Any byte but 0 and 1 would not survive as true.
    if (raw > 1)
      printHex();
    else
      os << (raw ? "true" : "false");
    return;
  case ElementKind::UInt:
    os << raw;
    return;
  case ElementKind::SInt:
    os << SignExtend64(raw, bits);
    return;
  case ElementKind::Float: {
    if (type == ElementType::F32) {
      float value = bit_cast<float>(uint32_t(raw));
      std::isfinite(value) ? void(os << floatToText(value)) : printHex();
    } else if (type == ElementType::F64) {
      double value = bit_cast<double>(raw);
      std::isfinite(value) ? void(os << doubleToText(value)) : printHex();
    } else if (const fltSemantics *semantics = getSemantics(type)) {
      APFloat value(*semantics, APInt(bits, raw));
      value.isFinite() ? void(os << doubleToText(value.convertToDouble()))
                       : printHex();
    } else {
      printHex(); // f8e8m0: an exponent, shown as such.
    }
    return;
  }
  default:
    llvm_unreachable("strings and complex numbers have no bits");
  }
}

void onnc::printElement(raw_ostream &os, ElementType type,
                        const ConstantData &data, int64_t index) {
  if (data.isSplat())
    index = 0;
  ElementType part = partType(type);
  unsigned bits = getBitWidth(part), parts = getElementParts(type);
  if (parts == 1)
    return printPart(os, part, readBits(data.getBytes(), bits, index));
  os << '(';
  printPart(os, part, readBits(data.getBytes(), bits, 2 * index));
  os << ", ";
  printPart(os, part, readBits(data.getBytes(), bits, 2 * index + 1));
  os << ')';
}

static std::optional<uint64_t> parsePart(StringRef text, ElementType type) {
  unsigned bits = getBitWidth(type);
  if (StringRef hex = text; hex.consume_front("0x")) {
    uint64_t raw;
    if (hex.getAsInteger(16, raw) || (bits < 64 && raw >> bits))
      return std::nullopt;
    return raw;
  }
  switch (getKind(type)) {
  case ElementKind::Bool:
    if (text == "true" || text == "false")
      return text == "true";
    return std::nullopt;
  case ElementKind::UInt: {
    uint64_t value;
    if (text.getAsInteger(10, value) || (bits < 64 && value >> bits))
      return std::nullopt;
    return value;
  }
  case ElementKind::SInt: {
    int64_t value;
    if (text.getAsInteger(10, value) || !isIntN(bits, value))
      return std::nullopt;
    return uint64_t(value) & maskTrailingOnes<uint64_t>(bits);
  }
  case ElementKind::Float: {
    const fltSemantics *semantics = getSemantics(type);
    if (type == ElementType::F32)
      semantics = &APFloat::IEEEsingle();
    else if (type == ElementType::F64)
      semantics = &APFloat::IEEEdouble();
    if (!semantics || text.empty() ||
        !(isDigit(text.back()) || text.back() == '.'))
      return std::nullopt;
    APFloat value(*semantics);
    auto status = value.convertFromString(text, APFloat::rmNearestTiesToEven);
    if (!status) {
      consumeError(status.takeError());
      return std::nullopt;
    }
    return value.bitcastToAPInt().getZExtValue();
  }
  default:
    return std::nullopt;
  }
}

bool onnc::parseElement(StringRef text, ElementType type,
                        MutableArrayRef<char> bytes, int64_t index) {
  ElementType part = partType(type);
  auto raw = parsePart(text, part);
  if (raw)
    writeBits(bytes, getBitWidth(part), index, *raw);
  return raw.has_value();
}
