//===- Unicode.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Unicode.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include <clocale>
#include <cwctype>
#include <optional>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

/// Takes the character that \p text begins with; nullopt, and one byte taken,
/// where there is none.
static std::optional<UTF32> takeCharacter(StringRef &text) {
  const UTF8 *at = text.bytes_begin();
  UTF32 character;
  if (convertUTF8Sequence(&at, text.bytes_end(), &character,
                          strictConversion) != conversionOK) {
    text = text.drop_front();
    return std::nullopt;
  }
  text = text.drop_front(at - text.bytes_begin());
  return character;
}

unsigned interp::getSpaceAt(StringRef text) {
  if (text.empty())
    return 0;
  StringRef rest = text;
  std::optional<UTF32> c = takeCharacter(rest);
  // White_Space and the information separators.
  bool isSpace =
      c && ((*c >= 0x09 && *c <= 0x0d) || (*c >= 0x1c && *c <= 0x20) ||
            *c == 0x85 || *c == 0xa0 || *c == 0x1680 ||
            (*c >= 0x2000 && *c <= 0x200a) || *c == 0x2028 || *c == 0x2029 ||
            *c == 0x202f || *c == 0x205f || *c == 0x3000);
  return isSpace ? text.size() - rest.size() : 0;
}

/// The C library's tables of Unicode: null where it has none.
static locale_t getUnicode() {
  static locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

std::string interp::changeCase(StringRef text, Case to) {
  std::string result;
  while (!text.empty()) {
    StringRef before = text;
    std::optional<UTF32> c = takeCharacter(text);
    if (!c) {
      result += before.front();
      continue;
    }
    wint_t mapped = *c;
    if (locale_t unicode = getUnicode())
      mapped = to == Case::Upper ? towupper_l(mapped, unicode)
                                 : towlower_l(mapped, unicode);
    else if (mapped < 0x80)
      mapped =
          to == Case::Upper ? toUpper(char(mapped)) : toLower(char(mapped));
    char bytes[UNI_MAX_UTF8_BYTES_PER_CODE_POINT];
    char *end = bytes;
    ConvertCodePointToUTF8(mapped, end);
    result.append(bytes, end);
  }
  return result;
}
