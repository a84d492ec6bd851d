//===- Identifier.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Identifier.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

static constexpr size_t maxLength = 100;

/// C99's and C++20's keywords, what generated code includes and calls, and the
/// parameter that every entry point has.
static bool isReserved(StringRef name) {
  static constexpr StringRef words[] = {
      "alignas",    "alignof",       "and",
      "and_eq",     "arena",         "asm",
      "auto",       "bitand",        "bitor",
      "bool",       "break",         "case",
      "catch",      "char",          "char16_t",
      "char32_t",   "char8_t",       "class",
      "co_await",   "co_return",     "co_yield",
      "compl",      "concept",       "const",
      "const_cast", "consteval",     "constexpr",
      "constinit",  "continue",      "decltype",
      "default",    "delete",        "do",
      "double",     "dynamic_cast",  "else",
      "enum",       "explicit",      "export",
      "extern",     "false",         "float",
      "for",        "friend",        "goto",
      "if",         "inline",        "int",
      "long",       "main",          "memcmp",
      "memcpy",     "memmove",       "memset",
      "mutable",    "namespace",     "new",
      "noexcept",   "not",           "not_eq",
      "nullptr",    "operator",      "or",
      "or_eq",      "private",       "protected",
      "public",     "register",      "reinterpret_cast",
      "requires",   "restrict",      "return",
      "short",      "signed",        "sizeof",
      "static",     "static_assert", "static_cast",
      "stddef",     "stdint",        "string",
      "struct",     "switch",        "template",
      "this",       "thread_local",  "throw",
      "true",       "try",           "typedef",
      "typeid",     "typename",      "union",
      "unsigned",   "using",         "virtual",
      "void",       "volatile",      "wchar_t",
      "while",      "xor",           "xor_eq"};
  return is_contained(words, name) || name.ends_with("_t");
}

bool cortexm::isIdentifier(StringRef name) {
  return !name.empty() && name.size() <= maxLength && isLower(name[0]) &&
         all_of(name,
                [](char c) { return isLower(c) || isDigit(c) || c == '_'; }) &&
         !isReserved(name);
}

std::string cortexm::makeIdentifier(StringRef name) {
  std::string out;
  // Room is left for what is put before and behind it.
  for (char c : name.take_front(maxLength - 20))
    out += isAlnum(c) ? toLower(c) : '_';
  if (out.empty() || !isLower(out[0]))
    out.insert(out.begin(), 'x');
  if (isReserved(out))
    out += '_';
  assert(isIdentifier(out) && "made something else");
  return out;
}

std::string IdentifierSet::add(StringRef name) {
  std::string base = makeIdentifier(name), out = base;
  for (unsigned n = 2; !taken.insert(out).second; ++n)
    out = base + "_" + std::to_string(n);
  return out;
}
