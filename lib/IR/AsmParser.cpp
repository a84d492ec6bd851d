//===- AsmParser.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/AsmParser.h"
#include "ElementText.h"
#include "Lexer.h"
#include "onnc/IR/BlobFile.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Verifier.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace onnc;

namespace {

/// Types, attributes and operations nest; text may not exhaust the stack.
constexpr unsigned maxDepth = 128;

/// Recursive descent; functions return true on error, which is reported then
/// (as LLVM's own parsers do).
class Parser {
public:
  Parser(Context &context, StringRef text, StringRef fileName,
         StringRef directory)
      : context(context), lexer(context.getDiagnostics(), text, fileName),
        fileName(fileName), directory(directory) {}

  std::unique_ptr<Module> parseModule();
  bool parseAttr(Attribute &attr);
  bool parseType(Type &type);
  bool expectEnd() { return expect(Tok::End, "the end of the text"); }

private:
  using Scope = StringMap<Value *>;

  // Tokens.
  InFlightDiagnostic error(DiagID id = DiagID::ParseSyntax) {
    return lexer.error(id);
  }
  bool fail(const Twine &message) {
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
  bool expect(Tok t, const Twine &what) {
    return consumeIf(t) ? false : fail("expected " + what);
  }
  bool isWord(StringRef word) const {
    return lexer.is(Tok::Identifier) && lexer.spelling() == word;
  }
  bool consumeWord(StringRef word) {
    if (!isWord(word))
      return false;
    lexer.next();
    return true;
  }
  bool enter() {
    return ++depth > maxDepth ? fail("nested too deeply") : false;
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
  bool parseTensor(Type &type);
  bool parseElementType(ElementType &type);
  bool parseConstant(StringRef form, Attribute &attr);
  bool parseElements(TensorType type, ConstantData &data);
  bool parseElementToken(ElementType type, MutableArrayRef<char> bytes,
                         int64_t index);
  bool parseDict(SmallVectorImpl<NamedAttr> &entries);
  bool parseNumberAttr(Attribute &attr);

  // Operations.
  bool parseHeader(Module &module);
  bool parseSymbols(Module &module);
  bool parseGraph(Module &module);
  bool parseArguments(Region &region, Scope &scope);
  bool parseBody(Region &region, Scope &scope);
  bool parseOperation(Region &region, Scope &scope);
  bool parseRegion(Region &region);
  bool parseTypes(SmallVectorImpl<Type> &types, SmallVectorImpl<size_t> &at);
  bool define(StringRef name, Value *value, Scope &scope, size_t at);

  Context &context;
  Lexer lexer;
  StringRef fileName;
  StringRef directory;
  std::unique_ptr<BlobFile> blobs;
  unsigned depth = 0;
};

} // namespace

bool Parser::parseInt(int64_t &value) {
  if (!lexer.is(Tok::Integer) || lexer.spelling().getAsInteger(10, value))
    return fail("expected an integer of 64 bits");
  lexer.next();
  return false;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

bool Parser::parseDimFactor(DimExpr &expr) {
  if (lexer.is(Tok::Integer)) {
    int64_t value;
    if (parseInt(value))
      return true;
    expr = DimExpr::constant(context, value);
    return false;
  }
  if (lexer.is(Tok::String)) {
    expr = DimExpr::symbol(context, lexer.getString());
    lexer.next();
    return false;
  }
  if (isWord("floordiv")) {
    if (enter())
      return true;
    lexer.next();
    DimExpr numerator, divisor;
    if (expect(Tok::LParen, "'('") || parseDimExpr(numerator) ||
        expect(Tok::Comma, "','") || parseDimExpr(divisor) ||
        expect(Tok::RParen, "')'"))
      return true;
    expr = numerator.floorDiv(divisor);
    --depth;
    return false;
  }
  if (!lexer.is(Tok::Identifier))
    return fail("expected a number or a symbol");
  expr = DimExpr::symbol(context, lexer.spelling());
  lexer.next();
  return false;
}

bool Parser::parseDimTerm(DimExpr &expr) {
  bool negative = consumeIf(Tok::Minus);
  if (parseDimFactor(expr))
    return true;
  while (consumeIf(Tok::Star)) {
    DimExpr factor;
    if (parseDimFactor(factor))
      return true;
    expr = expr * factor;
  }
  if (negative)
    expr = expr * -1;
  return false;
}

bool Parser::parseDimExpr(DimExpr &expr) {
  if (parseDimTerm(expr))
    return true;
  while (lexer.is(Tok::Plus) || lexer.is(Tok::Minus)) {
    bool minus = lexer.is(Tok::Minus);
    lexer.next();
    DimExpr term;
    if (parseDimTerm(term))
      return true;
    expr = minus ? expr - term : expr + term;
  }
  return false;
}

bool Parser::parseElementType(ElementType &type) {
  auto parsed = lexer.is(Tok::Identifier)
                    ? onnc::parseElementType(lexer.spelling())
                    : std::nullopt;
  if (!parsed)
    return fail("expected an element type");
  type = *parsed;
  lexer.next();
  return false;
}

/// After "tensor<". A shape like 1x3x[N]xf32 lexes as an integer followed by
/// an identifier that starts with 'x', so the tokens are split behind each 'x'.
bool Parser::parseTensor(Type &type) {
  auto expectX = [&] {
    if (!lexer.is(Tok::Identifier) || lexer.spelling()[0] != 'x')
      return fail("expected 'x' between dimensions");
    lexer.splitAt(1);
    return false;
  };
  ElementType element;
  if (consumeIf(Tok::Star)) {
    if (expectX() || parseElementType(element) || expect(Tok::Greater, "'>'"))
      return true;
    type = TensorType::getUnranked(context, element);
    return false;
  }
  SmallVector<DimExpr, 6> shape;
  for (;;) {
    DimExpr dim;
    if (lexer.is(Tok::Hex)) {
      // "0x8xf32": a zero, then the separator.
      dim = DimExpr::constant(context, 0);
      lexer.splitAt(1);
    } else if (lexer.is(Tok::Hex) || lexer.is(Tok::Integer)) {
      int64_t value;
      if (lexer.spelling().starts_with("-"))
        return fail("a dimension can't be negative");
      if (parseInt(value))
        return true;
      dim = DimExpr::constant(context, value);
    } else if (consumeIf(Tok::LBracket)) {
      if (parseDimExpr(dim) || expect(Tok::RBracket, "']'"))
        return true;
    } else if (consumeIf(Tok::Question)) {
      dim = DimExpr::unknown(context);
    } else {
      break;
    }
    shape.push_back(dim);
    if (expectX())
      return true;
  }
  if (parseElementType(element) || expect(Tok::Greater, "'>'"))
    return true;
  type = TensorType::get(context, element, shape);
  return false;
}

bool Parser::parseType(Type &type) {
  if (!lexer.is(Tok::Identifier))
    return fail("expected a type");
  if (consumeWord("none")) {
    type = NoneType::get(context);
    return false;
  }
  if (consumeWord("index")) {
    type = IndexType::get(context);
    return false;
  }
  if (consumeWord("token")) {
    type = TokenType::get(context);
    return false;
  }
  if (consumeWord("tensor"))
    return expect(Tok::Less, "'<'") || parseTensor(type);
  bool sequence = isWord("sequence"), optional = isWord("optional");
  if (!sequence && !optional && !isWord("map"))
    return fail("unknown type '" + lexer.spelling() + "'");
  lexer.next();
  ElementType key = ElementType::I64;
  Type nested;
  if (enter() || expect(Tok::Less, "'<'"))
    return true;
  if (!sequence && !optional &&
      (parseElementType(key) || expect(Tok::Comma, "','")))
    return true;
  if (parseType(nested) || expect(Tok::Greater, "'>'"))
    return true;
  --depth;
  type = sequence   ? Type(SequenceType::get(nested))
         : optional ? Type(OptionalType::get(nested))
                    : Type(MapType::get(key, nested));
  return false;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

bool Parser::parseNumberAttr(Attribute &attr) {
  if (lexer.is(Tok::Integer)) {
    int64_t value;
    if (parseInt(value))
      return true;
    attr = IntAttr::get(value);
    return false;
  }
  StringRef text = lexer.spelling();
  bool isHex = lexer.is(Tok::Hex);
  lexer.next();
  bool wide = false;
  if (consumeIf(Tok::Colon)) {
    if (!consumeWord("f64"))
      return fail("expected 'f64'");
    wide = true;
  }
  if (isHex != wide && isHex)
    return fail("expected ':f64' after the bits of a number");
  char bytes[8] = {};
  bool ok = onnc::parseElement(text, wide ? ElementType::F64 : ElementType::F32,
                               bytes, 0);
  if (!ok)
    return fail("malformed number '" + text + "'");
  attr = FloatAttr::get(
      wide ? support::endian::read<double, llvm::endianness::little>(bytes)
           : support::endian::read<float, llvm::endianness::little>(bytes));
  return false;
}

bool Parser::parseElementToken(ElementType type, MutableArrayRef<char> bytes,
                               int64_t index) {
  switch (lexer.kind()) {
  case Tok::Integer:
  case Tok::Float:
  case Tok::Hex:
  case Tok::Identifier:
    break;
  default:
    return fail("expected an element");
  }
  if (!onnc::parseElement(lexer.spelling(), type, bytes, index))
    return fail("'" + lexer.spelling() + "' isn't a value of type " +
                onnc::getName(type));
  lexer.next();
  return false;
}

/// A bracketed list of all elements, or a string of their bytes.
bool Parser::parseElements(TensorType type, ConstantData &data) {
  ElementType element = type.getElementType();
  int64_t count = *type.getNumElements();
  size_t start = lexer.offset();
  auto wrongCount = [&](int64_t found) {
    lexer.errorAt(start, DiagID::ParseConstant)
        << "the constant has " << found << " elements, its type " << type
        << " has " << count;
    return true;
  };
  if (element == ElementType::String) {
    std::vector<std::string> strings;
    if (expect(Tok::LBracket, "'['") || parseList(Tok::RBracket, [&] {
          if (!lexer.is(Tok::String))
            return fail("expected a string");
          strings.push_back(lexer.getString());
          lexer.next();
          return false;
        }))
      return true;
    if (static_cast<int64_t>(strings.size()) != count)
      return wrongCount(strings.size());
    data = ConstantData(std::move(strings));
    return false;
  }
  int64_t size = *type.getByteSize();
  if (lexer.is(Tok::String)) {
    std::string bytes;
    if (!tryGetFromHex(lexer.spelling(), bytes) ||
        static_cast<int64_t>(bytes.size()) != size) {
      error(DiagID::ParseConstant)
          << "expected " << size << " bytes in hexadecimal digits";
      return true;
    }
    lexer.next();
    data = ConstantData(std::vector<char>(bytes.begin(), bytes.end()));
    return false;
  }
  // Each element takes a character of text at least: no need to trust count.
  std::vector<char> bytes;
  int64_t at = 0;
  unsigned parts = getElementParts(element);
  if (expect(Tok::LBracket, "'['") || parseList(Tok::RBracket, [&] {
        bytes.resize(*onnc::getByteSize(element, at + 1));
        if (parts == 2) {
          if (expect(Tok::LParen, "'('") ||
              parseElementToken(element, bytes, 2 * at) ||
              expect(Tok::Comma, "','") ||
              parseElementToken(element, bytes, 2 * at + 1) ||
              expect(Tok::RParen, "')'"))
            return true;
        } else if (parseElementToken(element, bytes, at)) {
          return true;
        }
        ++at;
        return false;
      }))
    return true;
  if (at != count)
    return wrongCount(at);
  data = ConstantData(std::move(bytes));
  return false;
}

/// "dense", "splat" or "blob", then <type, value>.
bool Parser::parseConstant(StringRef form, Attribute &attr) {
  size_t start = lexer.offset();
  Type type;
  if (expect(Tok::Less, "'<'") || parseType(type) || expect(Tok::Comma, "','"))
    return true;
  auto tensor = dyn_cast<TensorType>(type);
  if (!tensor || !tensor.getNumElements() ||
      (tensor.getElementType() != ElementType::String &&
       !tensor.getByteSize())) {
    lexer.errorAt(start, DiagID::ParseConstant)
        << "a constant needs a tensor type of static shape, not " << type;
    return true;
  }
  ConstantData data;
  if (form == "splat") {
    ElementType element = tensor.getElementType();
    if (element == ElementType::String)
      return fail("strings have no splat form");
    std::vector<char> bytes(*onnc::getByteSize(element, 1));
    bool complex = getElementParts(element) == 2;
    if (complex &&
        (expect(Tok::LParen, "'('") || parseElementToken(element, bytes, 0) ||
         expect(Tok::Comma, "','") || parseElementToken(element, bytes, 1) ||
         expect(Tok::RParen, "')'")))
      return true;
    if (!complex && parseElementToken(element, bytes, 0))
      return true;
    data = ConstantData(std::move(bytes), /*splat=*/true);
  } else if (form == "blob") {
    if (!lexer.is(Tok::String))
      return fail("expected a constant's hash in quotes");
    if (!blobs)
      return fail("the module names no file of constants ('blobs \"…\"')");
    auto found = blobs->lookup(lexer.spelling());
    if (!found) {
      error(DiagID::ParseConstant) << toString(found.takeError());
      return true;
    }
    if (!tensor.getByteSize() ||
        static_cast<int64_t>(found->getBytes().size()) !=
            *tensor.getByteSize()) {
      error(DiagID::ParseConstant)
          << "the constant has " << found->getBytes().size()
          << " bytes, too many or too few for " << type;
      return true;
    }
    data = *found;
    lexer.next();
  } else if (parseElements(tensor, data)) {
    return true;
  }
  if (expect(Tok::Greater, "'>'"))
    return true;
  attr = ConstantAttr::get(tensor, std::move(data));
  return false;
}

bool Parser::parseDict(SmallVectorImpl<NamedAttr> &entries) {
  return expect(Tok::LBrace, "'{'") || parseList(Tok::RBrace, [&] {
           if (!lexer.is(Tok::Identifier) && !lexer.is(Tok::String))
             return fail("expected an attribute's name");
           StringRef name = context.intern(lexer.getString());
           if (any_of(entries,
                      [&](const NamedAttr &e) { return e.name == name; }))
             return fail("attribute '" + name + "' stands twice");
           lexer.next();
           Attribute value = UnitAttr::get();
           if (consumeIf(Tok::Equal) && parseAttr(value))
             return true;
           entries.push_back({name, std::move(value)});
           return false;
         });
}

bool Parser::parseAttr(Attribute &attr) {
  attr = Attribute();
  switch (lexer.kind()) {
  case Tok::Integer:
  case Tok::Float:
  case Tok::Hex:
    return parseNumberAttr(attr);
  case Tok::String:
    attr = StringAttr::get(lexer.getString());
    lexer.next();
    return false;
  case Tok::Symbol:
    attr = SymbolAttr::get(lexer.getString());
    lexer.next();
    return false;
  case Tok::LBracket: {
    lexer.next();
    SmallVector<Attribute, 4> elements;
    if (enter() || parseList(Tok::RBracket, [&] {
          Attribute element;
          if (parseAttr(element))
            return true;
          elements.push_back(std::move(element));
          return false;
        }))
      return true;
    --depth;
    attr = ArrayAttr::get(elements);
    return false;
  }
  case Tok::LBrace: {
    SmallVector<NamedAttr, 4> entries;
    if (enter() || parseDict(entries))
      return true;
    --depth;
    attr = DictAttr::get(context, entries);
    return false;
  }
  case Tok::Identifier: {
    StringRef word = lexer.spelling();
    if (word == "true" || word == "false")
      attr = BoolAttr::get(word == "true");
    else if (word == "unit")
      attr = UnitAttr::get();
    if (attr) {
      lexer.next();
      return false;
    }
    if (word == "dense" || word == "splat" || word == "blob") {
      lexer.next();
      return parseConstant(word, attr);
    }
    Type type;
    if (parseType(type))
      return true;
    attr = TypeAttr::get(type);
    return false;
  }
  default:
    return fail("expected an attribute");
  }
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

bool Parser::define(StringRef name, Value *value, Scope &scope, size_t at) {
  if (!scope.try_emplace(name, value).second) {
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

bool Parser::parseRegion(Region &region) {
  Scope scope;
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
    if (enter() ||
        parseList(Tok::RParen, [&] { return parseRegion(op->addRegion()); }))
      return true;
    --depth;
  }

  SmallVector<Type, 4> operandTypes, resultTypes;
  SmallVector<size_t, 4> operandAt, resultAt;
  size_t typesAt = lexer.offset();
  if (expect(Tok::Colon, "':' and the types") ||
      parseTypes(operandTypes, operandAt) || expect(Tok::Arrow, "'->'"))
    return true;
  if (lexer.is(Tok::LParen)) {
    if (parseTypes(resultTypes, resultAt))
      return true;
  } else if (parseType(resultTypes.emplace_back())) {
    return true;
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
