//===- Lexer.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lexer.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;

static bool isNameStart(char c) { return isAlpha(c) || c == '_'; }
static bool isNameChar(char c) { return isAlnum(c) || c == '_' || c == '.'; }

void Lexer::next() {
  quoted = false;
  current = lex();
}

void Lexer::splitAt(size_t offset) {
  at = start + offset;
  next();
}

bool Lexer::lexQuoted() {
  // At the opening quote; the spelling is what stands between the quotes.
  size_t open = at++;
  size_t from = at;
  while (at < text.size() && text[at] != '"' && text[at] != '\n')
    at += text[at] == '\\' ? 2 : 1;
  if (at >= text.size() || text[at] != '"') {
    at = text.size();
    errorAt(open, DiagID::ParseSyntax) << "unterminated string";
    return false;
  }
  spell = text.slice(from, at++);
  quoted = true;
  return true;
}

Tok Lexer::lexName(Tok kind) {
  ++at; // '%' or '@'
  if (peek() == '"')
    return lexQuoted() ? kind : Tok::Error;
  size_t from = at;
  while (isNameChar(peek()))
    ++at;
  spell = text.slice(from, at);
  if (!spell.empty())
    return kind;
  errorAt(start, DiagID::ParseSyntax)
      << "expected a name after '" << text[start] << "'";
  return Tok::Error;
}

Tok Lexer::lexNumber() {
  if (peek() == '0' && peek(1) == 'x' && isHexDigit(peek(2))) {
    at += 2;
    while (isHexDigit(peek()))
      ++at;
    spell = text.slice(start, at);
    return Tok::Hex;
  }
  if (peek() == '-')
    ++at;
  while (isDigit(peek()))
    ++at;
  bool isFloat = false;
  if (peek() == '.' && isDigit(peek(1))) {
    isFloat = true;
    ++at;
    while (isDigit(peek()))
      ++at;
  }
  if (peek() == 'e' || peek() == 'E') {
    size_t sign = peek(1) == '+' || peek(1) == '-';
    if (isDigit(peek(1 + sign))) {
      isFloat = true;
      at += 1 + sign;
      while (isDigit(peek()))
        ++at;
    }
  }
  spell = text.slice(start, at);
  return isFloat ? Tok::Float : Tok::Integer;
}

Tok Lexer::lex() {
  for (;;) {
    while (at < text.size() && isSpace(text[at]))
      ++at;
    if (peek() != '/' || peek(1) != '/')
      break;
    at = std::min(text.find('\n', at), text.size());
  }
  start = at;
  if (at >= text.size()) {
    spell = "";
    return Tok::End;
  }
  char c = text[at];
  if (isDigit(c) || (c == '-' && isDigit(peek(1))))
    return lexNumber();
  if (c == '_' && !isNameChar(peek(1))) {
    spell = text.slice(start, ++at);
    return Tok::Underscore;
  }
  if (isNameStart(c)) {
    while (isNameChar(peek()))
      ++at;
    spell = text.slice(start, at);
    return Tok::Identifier;
  }
  if (c == '%' || c == '@')
    return lexName(c == '%' ? Tok::Value : Tok::Symbol);
  if (c == '"')
    return lexQuoted() ? Tok::String : Tok::Error;
  if (c == '-' && peek(1) == '>') {
    at += 2;
    spell = "->";
    return Tok::Arrow;
  }
  ++at;
  spell = text.slice(start, at);
  switch (c) {
  case '(':
    return Tok::LParen;
  case ')':
    return Tok::RParen;
  case '{':
    return Tok::LBrace;
  case '}':
    return Tok::RBrace;
  case '[':
    return Tok::LBracket;
  case ']':
    return Tok::RBracket;
  case '<':
    return Tok::Less;
  case '>':
    return Tok::Greater;
  case ',':
    return Tok::Comma;
  case ':':
    return Tok::Colon;
  case '=':
    return Tok::Equal;
  case '*':
    return Tok::Star;
  case '+':
    return Tok::Plus;
  case '-':
    return Tok::Minus;
  case '?':
    return Tok::Question;
  case '^':
    return Tok::Caret;
  }
  auto diag = errorAt(start, DiagID::ParseSyntax);
  if (isPrint(c))
    diag << "unexpected character '" << c << "'";
  else
    diag << "unexpected byte 0x" << utohexstr(uint8_t(c), true, 2);
  return Tok::Error;
}

std::string Lexer::getString() const {
  if (!quoted)
    return spell.str();
  std::string out;
  for (size_t i = 0; i < spell.size(); ++i) {
    if (spell[i] != '\\') {
      out += spell[i];
      continue;
    }
    // What printEscapedString writes: \\ and two hexadecimal digits.
    if (i + 1 < spell.size() && (spell[i + 1] == '\\' || spell[i + 1] == '"')) {
      out += spell[++i];
    } else if (i + 2 < spell.size() && isHexDigit(spell[i + 1]) &&
               isHexDigit(spell[i + 2])) {
      out +=
          char(hexDigitValue(spell[i + 1]) * 16 + hexDigitValue(spell[i + 2]));
      i += 2;
    } else {
      out += '\\';
    }
  }
  return out;
}

DiagLocation Lexer::location() const {
  if (start < counted) {
    counted = lineStart = 0;
    line = 1;
  }
  for (; counted < start; ++counted)
    if (text[counted] == '\n') {
      ++line;
      lineStart = counted + 1;
    }
  DiagLocation loc;
  loc.file = fileName;
  loc.line = line;
  loc.column = start - lineStart + 1;
  return loc;
}

InFlightDiagnostic Lexer::errorAt(size_t where, DiagID id) const {
  DiagLocation loc;
  loc.file = fileName;
  StringRef before = text.take_front(where);
  loc.line = before.count('\n') + 1;
  size_t from = before.rfind('\n');
  from = from == StringRef::npos ? 0 : from + 1;
  loc.column = where - from + 1;
  auto diag = engine.error(id, loc);
  StringRef lineText = text.substr(from).take_until(
      [](char c) { return c == '\n' || c == '\r'; });
  diag.setSourceLine(lineText);
  return diag;
}
