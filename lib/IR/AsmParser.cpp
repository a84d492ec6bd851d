//===- AsmParser.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/AsmParser.h"
#include "Parser.h"
#include "onnc/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

bool Parser::define(StringRef name, Value *value, Scope &scope, size_t at) {
  if (scope.lookup(name) || !scope.values.try_emplace(name, value).second) {
    lexer.errorAt(at, DiagID::ParseSyntax)
        << "value '%" << name << "' is defined twice";
    return true;
  }
  // Numbers are what the printer gives to values without a name.
  if (!all_of(name, isDigit))
    value->setName(name);
  return false;
}

bool Parser::parseTypes(SmallVectorImpl<Type> &types,
                        SmallVectorImpl<size_t> &at) {
  return expect(Tok::LParen, "'('") || parseList(Tok::RParen, [&] {
           at.push_back(lexer.offset());
           return parseType(types.emplace_back());
         });
}

bool Parser::parseRegion(Region &region, const Scope *outer) {
  Scope scope(outer);
  if (expect(Tok::LBrace, "'{'"))
    return true;
  if (consumeIf(Tok::Caret) && parseArguments(region, scope))
    return true;
  return parseBody(region, scope);
}

bool Parser::parseOperation(Region &region, Scope &scope) {
  SmallVector<std::pair<std::string, size_t>, 2> resultNames;
  if (lexer.is(Tok::Value)) {
    do {
      if (!lexer.is(Tok::Value))
        return fail("expected a result's name");
      resultNames.emplace_back(lexer.getString(), lexer.offset());
      lexer.next();
    } while (consumeIf(Tok::Comma));
    if (expect(Tok::Equal, "'='"))
      return true;
  }
  if (!lexer.is(Tok::Identifier))
    return fail("expected an operation");
  DiagLocation where = lexer.location();
  StringRef name = lexer.spelling();
  const OpInfo *info = context.lookupOp(name);
  if (!info) {
    auto diag = error(DiagID::ParseUnknownOp);
    diag << "unknown operation '" << name << "'";
    if (StringRef near = context.getNearestOpName(name); !near.empty())
      diag << "; did you mean '" << near << "'?";
    return true;
  }
  lexer.next();

  SmallVector<Value *, 4> operands;
  if (expect(Tok::LParen, "'('") || parseList(Tok::RParen, [&] {
        if (consumeIf(Tok::Underscore)) {
          operands.push_back(nullptr);
          return false;
        }
        if (!lexer.is(Tok::Value))
          return fail("expected a value or '_'");
        std::string operand = lexer.getString();
        Value *value = scope.lookup(operand);
        if (!value) {
          error(DiagID::ParseUndefinedValue)
              << "value '%" << operand
              << "' isn't defined before its use in this region";
          return true;
        }
        operands.push_back(value);
        lexer.next();
        return false;
      }))
    return true;

  SmallVector<NamedAttr, 4> attrs;
  if (lexer.is(Tok::LBrace) && parseDict(attrs))
    return true;

  // The operation exists before its regions, which may nest deeply.
  Operation *op = Operation::create(context, Location::unknown(context), *info,
                                    operands, {}, attrs, 0);
  region.push_back(op);
  if (consumeIf(Tok::LParen)) {
    if (enter() || parseList(Tok::RParen, [&] {
          bool open = info->hasTrait(OpTrait::Transparent);
          return parseRegion(op->addRegion(), open ? &scope : nullptr);
        }))
      return true;
    --depth;
  }

  SmallVector<Type, 4> operandTypes, resultTypes;
  SmallVector<size_t, 4> operandAt, resultAt;
  size_t typesAt = lexer.offset();
  // In short, without the operands' types, and without results nothing at all.
  bool typed = consumeIf(Tok::Colon);
  if (typed && parseTypes(operandTypes, operandAt))
    return true;
  if (typed ? expect(Tok::Arrow, "'->'") : !consumeIf(Tok::Arrow)) {
    if (typed)
      return true;
  } else if (lexer.is(Tok::LParen)) {
    if (parseTypes(resultTypes, resultAt))
      return true;
  } else if (parseType(resultTypes.emplace_back())) {
    return true;
  }
  if (!typed) {
    for (Value *operand : operands)
      operandTypes.push_back(operand ? operand->getType()
                                     : NoneType::get(context));
    operandAt.resize(operands.size(), typesAt);
  }
  if (operandTypes.size() != operands.size()) {
    lexer.errorAt(typesAt, DiagID::ParseSyntax)
        << operands.size() << " operands, but " << operandTypes.size()
        << " types";
    return true;
  }
  for (auto [i, operand] : enumerate(operands)) {
    Type type = operand ? operand->getType() : NoneType::get(context);
    if (type == operandTypes[i])
      continue;
    lexer.errorAt(operandAt[i], DiagID::ParseSyntax)
        << "operand " << i << " has type " << type << ", not "
        << operandTypes[i];
    return true;
  }
  if (resultNames.size() != resultTypes.size()) {
    lexer.errorAt(typesAt, DiagID::ParseSyntax)
        << resultNames.size() << " results, but " << resultTypes.size()
        << " types";
    return true;
  }
  for (Type type : resultTypes)
    op->addResult(type);

  std::string node;
  if (consumeWord("loc")) {
    if (expect(Tok::LParen, "'('"))
      return true;
    if (!lexer.is(Tok::String))
      return fail("expected a name in quotes");
    node = lexer.getString();
    lexer.next();
    if (expect(Tok::RParen, "')'"))
      return true;
  }
  op->setLoc(Location::text(context, fileName, where.line, where.column, node));
  for (auto [i, named] : enumerate(resultNames))
    if (define(named.first, op->getResult(i), scope, named.second))
      return true;
  return false;
}

bool Parser::parseArguments(Region &region, Scope &scope) {
  return expect(Tok::LParen, "'('") || parseList(Tok::RParen, [&] {
           if (!lexer.is(Tok::Value))
             return fail("expected an argument");
           std::string name = lexer.getString();
           size_t at = lexer.offset();
           lexer.next();
           Type type;
           if (expect(Tok::Colon, "':'") || parseType(type))
             return true;
           return define(name, region.addArgument(type), scope, at);
         });
}

/// Up to and including '}'.
bool Parser::parseBody(Region &region, Scope &scope) {
  while (!consumeIf(Tok::RBrace)) {
    if (lexer.is(Tok::End))
      return fail("expected '}'");
    if (parseOperation(region, scope))
      return true;
  }
  return false;
}

bool Parser::parseGraph(Module &module) {
  if (!lexer.is(Tok::Symbol))
    return fail("expected the graph's name");
  std::string name = lexer.getString();
  if (module.lookup(name))
    return fail("graph '@" + name + "' is defined twice");
  lexer.next();
  Graph &graph = module.addGraph(name);
  Scope scope;
  std::vector<std::string> outputs;
  if (parseArguments(graph.getBody(), scope) || expect(Tok::Arrow, "'->'") ||
      expect(Tok::LParen, "'('") || parseList(Tok::RParen, [&] {
        if (!lexer.is(Tok::String))
          return fail("expected an output's name in quotes");
        outputs.push_back(lexer.getString());
        lexer.next();
        return false;
      }))
    return true;
  graph.setOutputNames(std::move(outputs));
  return expect(Tok::LBrace, "'{'") || parseBody(graph.getBody(), scope);
}

bool Parser::parseSymbols(Module &module) {
  return expect(Tok::LBrace, "'{'") || parseList(Tok::RBrace, [&] {
           if (!lexer.is(Tok::Identifier) && !lexer.is(Tok::String))
             return fail("expected a symbol's name");
           std::string name = lexer.getString();
           lexer.next();
           DimRange range;
           if (expect(Tok::Equal, "'='") || expect(Tok::LBracket, "'['") ||
               parseInt(range.lo) ||
               (consumeIf(Tok::Comma) && parseInt(range.hi)))
             return true;
           if (range.lo > range.hi)
             return fail("the range of '" + Twine(name) + "' is empty");
           module.getSymbolRanges()[name] = range;
           return expect(Tok::RBracket, "']'");
         });
}

bool Parser::parseHeader(Module &module) {
  if (!lexer.is(Tok::Symbol))
    return fail("expected the module's name");
  module.setName(lexer.getString());
  lexer.next();
  if (consumeWord("properties")) {
    PropertySet properties;
    if (expect(Tok::LBracket, "'['") || parseList(Tok::RBracket, [&] {
          auto property = parseProperty(lexer.spelling());
          if (!property)
            return fail("unknown property '" + lexer.spelling() + "'");
          properties.set(*property);
          lexer.next();
          return false;
        }))
      return true;
    module.setProperties(properties);
  }
  if (consumeWord("symbols") && parseSymbols(module))
    return true;
  SmallVector<NamedAttr, 4> attrs;
  if (consumeWord("attributes") && parseDict(attrs))
    return true;
  for (const NamedAttr &attr : attrs)
    module.setAttr(attr.name, attr.value);
  if (consumeWord("blobs")) {
    if (!lexer.is(Tok::String))
      return fail("expected the name of the file of constants");
    std::string name = lexer.getString();
    // A bare name: text from anywhere must not reach other directories.
    if (name.empty() || sys::path::filename(name) != name)
      return fail("the file of constants must stand beside this file");
    SmallString<128> path(directory);
    sys::path::append(path, name);
    auto opened = BlobFile::open(path);
    if (!opened) {
      error(DiagID::ParseConstant) << toString(opened.takeError());
      return true;
    }
    blobs = std::move(*opened);
    lexer.next();
  }
  return false;
}

std::unique_ptr<Module> Parser::parseModule() {
  auto module = std::make_unique<Module>(context);
  if (consumeWord("module") && parseHeader(*module))
    return nullptr;
  while (!lexer.is(Tok::End)) {
    if (!consumeWord("graph")) {
      fail("expected 'graph'");
      return nullptr;
    }
    if (parseGraph(*module))
      return nullptr;
  }
  return module;
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

std::unique_ptr<Module> onnc::parseModule(Context &context, StringRef text,
                                          StringRef fileName,
                                          StringRef directory) {
  auto module = Parser(context, text, fileName, directory).parseModule();
  if (!module || failed(verify(*module)))
    return nullptr;
  return module;
}

std::unique_ptr<Module> onnc::parseModuleFile(Context &context,
                                              StringRef path) {
  auto buffer = MemoryBuffer::getFileOrSTDIN(path, /*IsText=*/false);
  if (!buffer) {
    DiagLocation loc;
    loc.file = path.str();
    context.getDiagnostics().error(DiagID::InputOutput, loc)
        << "can't be read: " << buffer.getError().message();
    return nullptr;
  }
  StringRef directory = sys::path::parent_path(path);
  return parseModule(context, (*buffer)->getBuffer(),
                     path == "-" ? "<stdin>" : path,
                     directory.empty() ? "." : directory);
}

Attribute onnc::parseAttribute(Context &context, StringRef text) {
  Parser parser(context, text, "<attribute>", ".");
  Attribute attr;
  if (parser.parseAttr(attr) || parser.expectEnd())
    return Attribute();
  return attr;
}

Type onnc::parseType(Context &context, StringRef text) {
  Parser parser(context, text, "<type>", ".");
  Type type;
  if (parser.parseType(type) || parser.expectEnd())
    return Type();
  return type;
}
