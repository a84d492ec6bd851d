//===- TypeAttrParser.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementText.h"
#include "Parser.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;

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

bool Parser::expectX() {
  if (!lexer.is(Tok::Identifier) || lexer.spelling()[0] != 'x')
    return fail("expected 'x' between dimensions");
  lexer.splitAt(1);
  return false;
}

/// A shape like 1x3x[N]xf32 lexes as an integer followed by an identifier that
/// starts with 'x', so the tokens are split behind each 'x'. Ends before the
/// element type.
bool Parser::parseShape(SmallVectorImpl<DimExpr> &shape) {
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
      if (parseDimExpr(dim))
        return true;
      if (dim.getConstant().value_or(0) < 0)
        return fail("a dimension can't be negative");
      if (expect(Tok::RBracket, "']'"))
        return true;
    } else if (consumeIf(Tok::Question)) {
      dim = DimExpr::unknown(context);
    } else {
      return false;
    }
    shape.push_back(dim);
    if (expectX())
      return true;
  }
}

/// After "tensor<".
bool Parser::parseTensor(Type &type) {
  ElementType element;
  if (consumeIf(Tok::Star)) {
    if (expectX() || parseElementType(element) || expect(Tok::Greater, "'>'"))
      return true;
    type = TensorType::getUnranked(context, element);
    return false;
  }
  SmallVector<DimExpr, 6> shape;
  if (parseShape(shape) || parseElementType(element) ||
      expect(Tok::Greater, "'>'"))
    return true;
  type = TensorType::get(context, element, shape);
  return false;
}

/// After "buffer<".
bool Parser::parseBuffer(Type &type) {
  size_t start = lexer.offset();
  SmallVector<DimExpr, 6> dims;
  ElementType element;
  if (parseShape(dims) || parseElementType(element) ||
      expect(Tok::Comma, "',' and a memory space"))
    return true;
  SmallVector<int64_t, 6> shape;
  int64_t count = 1;
  for (DimExpr dim : dims) {
    shape.push_back(dim.getConstant().value_or(-1));
    if (shape.back() < 0 || MulOverflow(count, shape.back(), count)) {
      lexer.errorAt(start, DiagID::ParseSyntax)
          << "a buffer needs constant dimensions whose product doesn't "
             "overflow";
      return true;
    }
  }
  if (element == ElementType::String)
    return fail("a buffer can't hold strings");
  if (!lexer.is(Tok::Identifier))
    return fail("expected a memory space");
  StringRef space = lexer.spelling();
  lexer.next();
  Layout layout = Layout::getRowMajor(shape.size());
  if (consumeIf(Tok::Comma)) {
    auto parsed = lexer.is(Tok::Identifier)
                      ? Layout::parse(lexer.spelling(), shape.size())
                      : std::nullopt;
    if (!parsed)
      return fail("expected a layout of " + Twine(shape.size()) +
                  " dimensions, such as 'acdb'");
    layout = *parsed;
    lexer.next();
  }
  // Padding to whole blocks may overflow what the dimensions alone don't.
  int64_t padded = 1;
  for (auto [dim, extent] : enumerate(shape)) {
    int64_t block = layout.getBlockSize(dim);
    if (extent > INT64_MAX - block ||
        MulOverflow(padded, int64_t(alignTo(extent, block)), padded))
      return fail("the buffer's size overflows");
  }
  if (!onnc::getByteSize(element, padded))
    return fail("the buffer's size overflows");
  if (expect(Tok::Greater, "'>'"))
    return true;
  type = BufferType::get(context, element, shape, space, layout);
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
  if (consumeWord("buffer"))
    return expect(Tok::Less, "'<'") || parseBuffer(type);
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
        << "a constant needs a tensor type of static shape whose size "
           "doesn't overflow, not "
        << type;
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

/// Coefficients, constants and sizes are this far from 0 at most, so that what
/// adds some of them needn't look for overflows. The verifier of the tile level
/// holds coordinates to it, too.
static constexpr int64_t maxAffineNumber = int64_t(1) << 60;

static bool isBeyondAffine(int64_t number) {
  return number < -maxAffineNumber || number > maxAffineNumber;
}

static bool isBeyondAffine(const AffineExpr &expr) {
  return isBeyondAffine(expr.getConstant()) ||
         any_of(seq(expr.getNumDims()), [&](unsigned dim) {
           return isBeyondAffine(expr.getCoefficient(dim));
         });
}

static bool failBeyondAffine(Lexer &lexer, size_t offset) {
  lexer.errorAt(offset, DiagID::ParseSyntax)
      << "numbers of boxes and affine expressions lie between -2^60 and 2^60";
  return true;
}

/// [integer *] d<i>, or an integer.
bool Parser::parseAffineTerm(bool negative, AffineExpr &sum) {
  size_t start = lexer.offset();
  int64_t factor = 1;
  bool number = lexer.is(Tok::Integer);
  if (number && parseInt(factor))
    return true;
  if (isBeyondAffine(factor))
    return failBeyondAffine(lexer, start);
  AffineExpr term(factor);
  if (!number || consumeIf(Tok::Star)) {
    unsigned dim;
    if (!lexer.is(Tok::Identifier) || lexer.spelling()[0] != 'd' ||
        lexer.spelling().drop_front().getAsInteger(10, dim) || dim > 63)
      return fail("expected a number or an index operand (d0 to d63)");
    lexer.next();
    term = AffineExpr::dim(dim) * factor;
  }
  sum = negative ? sum - term : sum + term;
  return isBeyondAffine(sum) && failBeyondAffine(lexer, start);
}

bool Parser::parseAffine(AffineExpr &expr) {
  expr = AffineExpr();
  if (parseAffineTerm(consumeIf(Tok::Minus), expr))
    return true;
  for (;;) {
    bool minus = lexer.is(Tok::Minus);
    // "d0 -3" lexes as a negative number.
    bool number = lexer.is(Tok::Integer) && lexer.spelling().starts_with("-");
    if (!minus && !lexer.is(Tok::Plus) && !number)
      return false;
    if (!number)
      lexer.next();
    if (parseAffineTerm(minus, expr))
      return true;
  }
}

/// After "box<".
bool Parser::parseBox(Attribute &attr) {
  AffineBox box;
  if (parseList(Tok::Greater, [&] {
        AffineRange &range = box.emplace_back();
        if (parseAffine(range.start) || expect(Tok::Colon, "':' and a size"))
          return true;
        size_t start = lexer.offset();
        if (parseInt(range.size))
          return true;
        if (isBeyondAffine(range.size))
          return failBeyondAffine(lexer, start);
        return range.size < 0 ? fail("a size can't be negative") : false;
      }))
    return true;
  attr = BoxAttr::get(box);
  return false;
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
    if (consumeWord("box"))
      return expect(Tok::Less, "'<'") || parseBox(attr);
    if (consumeWord("affine")) {
      AffineExpr expr;
      if (expect(Tok::Less, "'<'") || parseAffine(expr) ||
          expect(Tok::Greater, "'>'"))
        return true;
      attr = AffineAttr::get(expr);
      return false;
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
