//===- Lexer.h - Tokens of the textual IR -----------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_LEXER_H
#define ONNC_IR_LEXER_H

#include "onnc/Support/Diagnostics.h"
#include "llvm/ADT/StringRef.h"

namespace onnc {

enum class Tok : uint8_t {
  End,
  Error,      ///< reported when it was lexed
  Identifier, ///< onnx.Conv, tensor, true
  Value,      ///< %name or %"name"; the spelling is the name
  Symbol,     ///< @name or @"name"; the spelling is the name
  String,     ///< unescaped by Lexer::getString
  Integer,
  Float,
  Hex, ///< 0x…
  LParen,
  RParen,
  LBrace,
  RBrace,
  LBracket,
  RBracket,
  Less,
  Greater,
  Comma,
  Colon,
  Equal,
  Star,
  Plus,
  Minus,
  Question,
  Caret,
  Arrow,
  Underscore,
};

/// Splits text into tokens, one ahead. The text of a tensor type's shape
/// ("1x3x[N]xf32") isn't made of these tokens: the parser reads it piecewise.
class Lexer {
public:
  Lexer(DiagnosticEngine &engine, llvm::StringRef text,
        llvm::StringRef fileName)
      : engine(engine), text(text), fileName(fileName) {
    next();
  }

  Tok kind() const { return current; }
  /// The token's characters; for Value and Symbol the name.
  llvm::StringRef spelling() const { return spell; }
  /// The contents of a String, or of a quoted Value or Symbol name, with
  /// escapes resolved.
  std::string getString() const;
  bool is(Tok t) const { return current == t; }
  void next();

  /// Moves the token boundary: the current token starts again at its character
  /// \p offset.
  void splitAt(size_t offset);

  /// Where the current token starts.
  DiagLocation location() const;
  InFlightDiagnostic error(DiagID id = DiagID::ParseSyntax) const {
    return errorAt(start, id);
  }
  /// At a byte of the text.
  InFlightDiagnostic errorAt(size_t at, DiagID id) const;
  size_t offset() const { return start; }

private:
  Tok lex();
  Tok lexNumber();
  Tok lexName(Tok kind);
  bool lexQuoted();
  char peek(size_t ahead = 0) const {
    return at + ahead < text.size() ? text[at + ahead] : '\0';
  }

  DiagnosticEngine &engine;
  llvm::StringRef text;
  std::string fileName;
  size_t at = 0;    ///< behind the current token
  size_t start = 0; ///< of the current token
  Tok current = Tok::End;
  llvm::StringRef spell;
  bool quoted = false;
  /// Lines are counted lazily: the last place that was asked for.
  mutable size_t lineStart = 0, counted = 0;
  mutable unsigned line = 1;
};

} // namespace onnc

#endif // ONNC_IR_LEXER_H
