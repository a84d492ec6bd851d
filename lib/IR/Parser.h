//===- Parser.h - The parser of the textual IR ------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// One class, in two files: TypeAttrParser.cpp has types and attributes,
/// AsmParser.cpp operations, graphs, modules, and the public entry points.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_PARSER_H
#define ONNC_IR_PARSER_H

#include "Lexer.h"
#include "onnc/IR/BlobFile.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Module.h"
#include "llvm/ADT/StringMap.h"

namespace onnc {

/// Types, attributes and operations nest; text may not exhaust the stack.
constexpr unsigned maxParserDepth = 128;

/// Recursive descent; functions return true on error, which is reported then
/// (as LLVM's own parsers do).
class Parser {
public:
  Parser(Context &context, llvm::StringRef text, llvm::StringRef fileName,
         llvm::StringRef directory)
      : context(context), lexer(context.getDiagnostics(), text, fileName),
        fileName(fileName), directory(directory) {}

  std::unique_ptr<Module> parseModule();
  bool parseAttr(Attribute &attr);
  bool parseType(Type &type);
  bool expectEnd() { return expect(Tok::End, "the end of the text"); }

private:
  /// The values that a region's text can name. What a name means is looked up
  /// outwards where regions are open (OpTrait::Transparent).
  struct Scope {
    explicit Scope(const Scope *outer = nullptr) : outer(outer) {}
    Value *lookup(llvm::StringRef name) const {
      if (Value *value = values.lookup(name))
        return value;
      return outer ? outer->lookup(name) : nullptr;
    }
    llvm::StringMap<Value *> values;
    const Scope *outer;
  };

  // Tokens.
  InFlightDiagnostic error(DiagID id = DiagID::ParseSyntax) {
    return lexer.error(id);
  }
  bool fail(const llvm::Twine &message) {
    // A lexical error has been reported.
    if (!lexer.is(Tok::Error))
      error() << message;
    return true;
  }
  bool consumeIf(Tok t) {
    if (!lexer.is(t))
      return false;
    lexer.next();
    return true;
  }
  bool expect(Tok t, const llvm::Twine &what) {
    return consumeIf(t) ? false : fail("expected " + what);
  }
  bool isWord(llvm::StringRef word) const {
    return lexer.is(Tok::Identifier) && lexer.spelling() == word;
  }
  bool consumeWord(llvm::StringRef word) {
    if (!isWord(word))
      return false;
    lexer.next();
    return true;
  }
  bool enter() {
    return ++depth > maxParserDepth ? fail("nested too deeply") : false;
  }
  template <typename Fn> bool parseList(Tok close, Fn element) {
    if (consumeIf(close))
      return false;
    do {
      if (element())
        return true;
    } while (consumeIf(Tok::Comma));
    return expect(close, "',' or the end of the list");
  }
  bool parseInt(int64_t &value);

  // Types and attributes.
  bool parseDimExpr(DimExpr &expr);
  bool parseDimTerm(DimExpr &expr);
  bool parseDimFactor(DimExpr &expr);
  bool expectX();
  bool parseTensor(Type &type);
  bool parseBuffer(Type &type);
  bool parseShape(llvm::SmallVectorImpl<DimExpr> &shape);
  bool parseElementType(ElementType &type);
  bool parseConstant(llvm::StringRef form, Attribute &attr);
  bool parseElements(TensorType type, ConstantData &data);
  bool parseElementToken(ElementType type, llvm::MutableArrayRef<char> bytes,
                         int64_t index);
  bool parseDict(llvm::SmallVectorImpl<NamedAttr> &entries);
  bool parseNumberAttr(Attribute &attr);
  bool parseAffineTerm(bool negative, AffineExpr &sum);
  bool parseAffine(AffineExpr &expr);
  bool parseBox(Attribute &attr);

  // Operations.
  bool parseHeader(Module &module);
  bool parseSymbols(Module &module);
  bool parseGraph(Module &module);
  bool parseArguments(Region &region, Scope &scope);
  bool parseBody(Region &region, Scope &scope);
  bool parseOperation(Region &region, Scope &scope);
  bool parseRegion(Region &region, const Scope *outer);
  bool parseTypes(llvm::SmallVectorImpl<Type> &types,
                  llvm::SmallVectorImpl<size_t> &at);
  bool define(llvm::StringRef name, Value *value, Scope &scope, size_t at);

  Context &context;
  Lexer lexer;
  llvm::StringRef fileName;
  llvm::StringRef directory;
  std::unique_ptr<BlobFile> blobs;
  unsigned depth = 0;
};

} // namespace onnc

#endif // ONNC_IR_PARSER_H
