//===- Npy.cpp ------------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A file is the magic string, two version bytes, the header's length (two
// bytes in version 1, four since), the header, and the elements. The header is
// a Python dictionary literal:
//
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/Npy.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/SwapByteOrder.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cstring>
#include <numeric>

using namespace onnc;
using namespace llvm;

static constexpr StringLiteral magic = "\x93NUMPY";

namespace {
struct TypeInfo {
  NpyType type;
  char kind; ///< NumPy's letter.
  uint8_t size;
  StringLiteral descr;
};

/// What the header says about the elements.
struct Descr {
  NpyType type = NpyType::Float32;
  bool isText = false; ///< Strings: 'U' rather than 'S'.
  bool swapped = false;
  uint64_t size = 0; ///< Bytes of an element in the file.
};

struct Header {
  Descr descr;
  bool fortranOrder = false;
  SmallVector<int64_t, 4> shape;
};
} // namespace

/// In the order of NpyType.
static constexpr TypeInfo typeTable[] = {
    {NpyType::Bool, 'b', 1, "|b1"},      {NpyType::Int8, 'i', 1, "|i1"},
    {NpyType::Int16, 'i', 2, "<i2"},     {NpyType::Int32, 'i', 4, "<i4"},
    {NpyType::Int64, 'i', 8, "<i8"},     {NpyType::UInt8, 'u', 1, "|u1"},
    {NpyType::UInt16, 'u', 2, "<u2"},    {NpyType::UInt32, 'u', 4, "<u4"},
    {NpyType::UInt64, 'u', 8, "<u8"},    {NpyType::Float16, 'f', 2, "<f2"},
    {NpyType::Float32, 'f', 4, "<f4"},   {NpyType::Float64, 'f', 8, "<f8"},
    {NpyType::Complex64, 'c', 8, "<c8"}, {NpyType::Complex128, 'c', 16, "<c16"},
    {NpyType::Void8, 'V', 1, "|V1"},     {NpyType::Void16, 'V', 2, "|V2"},
    {NpyType::String, 'U', 0, "<U"},
};

unsigned onnc::getNpyElementSize(NpyType type) {
  return typeTable[size_t(type)].size;
}

StringRef onnc::getNpyDescr(NpyType type) {
  return typeTable[size_t(type)].descr;
}

static int64_t countElements(ArrayRef<int64_t> shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1),
                         std::multiplies<>());
}

int64_t NpyArray::getNumElements() const { return countElements(shape); }

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static Error errorAt(StringRef file, uint64_t offset, const Twine &message) {
  return createFileError(
      file, createStringError("byte " + Twine(offset) + ": " + message));
}

namespace {
/// Parses the dictionary. Offsets in errors count from the file's beginning.
class HeaderParser {
public:
  HeaderParser(StringRef file, StringRef contents, size_t begin, size_t end)
      : file(file), text(contents.take_front(end)), pos(begin) {}

  Expected<Header> parse();

private:
  Error error(size_t offset, const Twine &message) const {
    return errorAt(file, offset, message);
  }
  void skipSpace() {
    while (pos != text.size() && isSpace(text[pos]))
      ++pos;
  }
  bool consume(StringRef token) {
    skipSpace();
    if (!text.substr(pos).starts_with(token))
      return false;
    pos += token.size();
    return true;
  }
  Error expect(StringRef token) {
    if (consume(token))
      return Error::success();
    return error(pos, "expected '" + token + "' in the header");
  }
  Error parseString(StringRef &value);
  Error parseField(Header &header);
  Error parseDescr(Descr &descr);
  Error parseBool(bool &value);
  Error parseShape(SmallVectorImpl<int64_t> &shape);

  StringRef file;
  StringRef text;
  size_t pos;
  bool seenDescr = false, seenOrder = false, seenShape = false;
};
} // namespace

Expected<Header> HeaderParser::parse() {
  Header header;
  if (Error err = expect("{"))
    return err;
  while (!consume("}")) {
    if (Error err = parseField(header))
      return err;
    if (consume(","))
      continue;
    if (Error err = expect("}"))
      return err;
    break;
  }
  skipSpace();
  if (pos != text.size())
    return error(pos, "expected the end of the header");
  for (auto [seen, key] :
       {std::pair(seenDescr, "descr"), std::pair(seenOrder, "fortran_order"),
        std::pair(seenShape, "shape")})
    if (!seen)
      return error(pos, Twine("the header lacks '") + key + "'");
  return header;
}

Error HeaderParser::parseField(Header &header) {
  skipSpace();
  const size_t start = pos;
  StringRef key;
  if (Error err = parseString(key))
    return err;
  bool *seen = key == "descr"           ? &seenDescr
               : key == "fortran_order" ? &seenOrder
               : key == "shape"         ? &seenShape
                                        : nullptr;
  if (!seen)
    return error(start, "unknown key '" + key + "' in the header");
  if (*seen)
    return error(start, "'" + key + "' appears twice in the header");
  *seen = true;
  if (Error err = expect(":"))
    return err;
  if (seen == &seenDescr)
    return parseDescr(header.descr);
  if (seen == &seenOrder)
    return parseBool(header.fortranOrder);
  return parseShape(header.shape);
}

Error HeaderParser::parseString(StringRef &value) {
  skipSpace();
  const char quote = pos != text.size() ? text[pos] : '\0';
  if (quote != '\'' && quote != '"')
    return error(pos, "expected a quoted string in the header");
  const size_t end = text.find(quote, pos + 1);
  if (end == StringRef::npos)
    return error(pos, "unterminated string in the header");
  value = text.slice(pos + 1, end);
  pos = end + 1;
  return Error::success();
}

Error HeaderParser::parseDescr(Descr &descr) {
  skipSpace();
  const size_t start = pos;
  if (pos != text.size() && text[pos] == '[')
    return error(start, "records (structured arrays) are not supported");
  StringRef value;
  if (Error err = parseString(value))
    return err;

  StringRef rest = value;
  const bool bigEndian = rest.consume_front(">");
  const bool native =
      !bigEndian && (rest.consume_front("|") || rest.consume_front("=") ||
                     !rest.consume_front("<"));
  descr.swapped = !native && bigEndian != sys::IsBigEndianHost;

  const char kind = rest.empty() ? '\0' : rest.front();
  if (kind == 'O')
    return error(start, "object arrays, which hold pickled Python, are not "
                        "supported");
  uint64_t size;
  const bool hasSize = !rest.drop_front(kind != '\0').getAsInteger(10, size);
  if (hasSize && (kind == 'U' || kind == 'S')) {
    const auto bytes = checkedMulUnsigned<uint64_t>(size, kind == 'U' ? 4 : 1);
    if (size == 0 || !bytes)
      return error(start,
                   "strings of width " + Twine(size) + " are not supported");
    descr.type = NpyType::String;
    descr.isText = kind == 'U';
    descr.size = *bytes;
    return Error::success();
  }
  for (const TypeInfo &info : typeTable)
    if (hasSize && info.kind == kind && info.size == size) {
      descr.type = info.type;
      descr.size = size;
      return Error::success();
    }
  return error(start, "element type '" + value + "' is not supported");
}

Error HeaderParser::parseBool(bool &value) {
  if (consume("True"))
    value = true;
  else if (consume("False"))
    value = false;
  else
    return error(pos, "expected True or False in the header");
  return Error::success();
}

Error HeaderParser::parseShape(SmallVectorImpl<int64_t> &shape) {
  if (Error err = expect("("))
    return err;
  while (!consume(")")) {
    skipSpace();
    const size_t start = pos;
    const StringRef digits = text.substr(pos).take_while(isDigit);
    pos += digits.size();
    int64_t dim;
    if (digits.empty())
      return error(start, "expected a dimension in the header");
    if (digits.getAsInteger(10, dim))
      return error(start, "dimension " + digits + " is too large");
    if (shape.size() == maxNpyRank)
      return error(start, "more than " + Twine(maxNpyRank) + " dimensions");
    shape.push_back(dim);
    (void)consume("L"); // Python 2's integers
    if (consume(","))
      continue;
    if (Error err = expect(")"))
      return err;
    break;
  }
  return Error::success();
}

/// The number of elements of \p header, if the bytes they take fit int64_t. An
/// empty array must fit without its dimensions of zero, too, so that nobody who
/// multiplies dimensions overflows.
static std::optional<uint64_t> checkedCount(const Header &header) {
  uint64_t bytes = header.descr.size;
  for (int64_t dim : header.shape) {
    const auto product = checkedMulUnsigned<uint64_t>(bytes, dim ? dim : 1);
    if (!product || *product > uint64_t(INT64_MAX))
      return std::nullopt;
    bytes = *product;
  }
  return is_contained(header.shape, 0) ? 0 : bytes / header.descr.size;
}

/// Reverses each unit of \p unit bytes.
static void swapBytes(MutableArrayRef<uint8_t> data, size_t unit) {
  for (size_t i = 0; i != data.size(); i += unit)
    std::reverse(data.begin() + i, data.begin() + i + unit);
}

/// Copies a column-major array to a row-major one.
static void copyFortranOrder(const uint8_t *from, uint8_t *to, size_t size,
                             ArrayRef<int64_t> shape, uint64_t count) {
  SmallVector<uint64_t, 4> index(shape.size(), 0), stride(shape.size(), 1);
  for (size_t axis = 1; axis < shape.size(); ++axis)
    stride[axis] = stride[axis - 1] * shape[axis - 1];
  uint64_t source = 0;
  for (uint64_t i = 0; i != count; ++i) {
    memcpy(to + i * size, from + source * size, size);
    for (size_t axis = shape.size(); axis-- != 0;) {
      source += stride[axis];
      if (++index[axis] != uint64_t(shape[axis]))
        break;
      source -= stride[axis] * index[axis];
      index[axis] = 0;
    }
  }
}

/// Decodes one fixed-width string. Returns false if it isn't Unicode.
static bool decodeString(const uint8_t *bytes, const Descr &descr,
                         std::string &result) {
  if (!descr.isText) {
    result.assign(reinterpret_cast<const char *>(bytes), descr.size);
    result.resize(StringRef(result).rtrim('\0').size());
    return true;
  }
  uint64_t end = 0;
  char32_t character;
  for (uint64_t i = 0; i != descr.size; i += 4) {
    memcpy(&character, bytes + i, 4);
    if (descr.swapped)
      sys::swapByteOrder(reinterpret_cast<uint32_t &>(character));
    char encoded[UNI_MAX_UTF8_BYTES_PER_CODE_POINT], *last = encoded;
    if (!ConvertCodePointToUTF8(character, last))
      return false;
    result.append(encoded, last);
    if (character != 0)
      end = result.size();
  }
  result.resize(end);
  return true;
}

/// The size of what swaps its bytes as one in an element of \p type.
static size_t swapUnit(NpyType type) {
  const size_t size = getNpyElementSize(type);
  return type == NpyType::Complex64 || type == NpyType::Complex128 ? size / 2
         : type == NpyType::Void16                                 ? 1
                                                                   : size;
}

Expected<NpyArray> onnc::parseNpy(std::unique_ptr<MemoryBuffer> buffer) {
  const StringRef contents = buffer->getBuffer();
  const std::string file = buffer->getBufferIdentifier().str();
  if (!contents.starts_with(magic))
    return errorAt(file, 0, "not a .npy file");
  size_t pos = magic.size();
  if (contents.size() < pos + 2)
    return errorAt(file, contents.size(), "the file ends in its version");
  const unsigned version = uint8_t(contents[pos]);
  if (version < 1 || version > 3 || contents[pos + 1] != 0)
    return errorAt(file, pos,
                   "format version " + Twine(version) + "." +
                       Twine(unsigned(uint8_t(contents[pos + 1]))) +
                       " is not supported");
  pos += 2;
  const size_t lengthSize = version == 1 ? 2 : 4;
  if (contents.size() < pos + lengthSize)
    return errorAt(file, contents.size(), "the file ends in its header length");
  const uint32_t length =
      version == 1 ? support::endian::read16le(contents.data() + pos)
                   : support::endian::read32le(contents.data() + pos);
  pos += lengthSize;
  if (length > contents.size() - pos)
    return errorAt(file, pos,
                   "a header of " + Twine(length) +
                       " bytes in a file that has " +
                       Twine(contents.size() - pos) + " left");

  Expected<Header> parsed =
      HeaderParser(file, contents, pos, pos + length).parse();
  if (!parsed)
    return parsed.takeError();
  const Header &header = *parsed;
  const size_t headerPos = pos;
  pos += length;
  const std::optional<uint64_t> count = checkedCount(header);
  if (!count)
    return errorAt(file, headerPos, "the shape's size in bytes overflows");
  const size_t size = header.descr.size;
  const uint64_t expected = *count * size;
  const uint64_t present = contents.size() - pos;
  if (present < expected)
    return errorAt(file, contents.size(),
                   "the file ends here, " + Twine(expected - present) +
                       " bytes before the end of its array");
  if (present > expected)
    return errorAt(file, pos + expected,
                   Twine(present - expected) + " bytes follow the array");

  NpyArray array;
  array.type = header.descr.type;
  array.shape = header.shape;
  array.data = ArrayRef(
      reinterpret_cast<const uint8_t *>(contents.data()) + pos, expected);
  if (array.type == NpyType::Bool) {
    const auto *bad = find_if(array.data, [](uint8_t b) { return b > 1; });
    if (bad != array.data.end())
      return errorAt(file, pos + (bad - array.data.begin()),
                     "the bool is neither 0 nor 1");
  }

  const bool isString = array.type == NpyType::String;
  const bool reorder = header.fortranOrder && array.shape.size() > 1;
  const size_t unit = swapUnit(array.type);
  const bool swap = header.descr.swapped && !isString && unit > 1;
  const bool aligned =
      isString || isAddrAligned(Align(size), array.data.data());
  array.storage = std::move(buffer);
  if (reorder || swap || !aligned) {
    // The default alignment of 16 serves every element.
    auto copy = WritableMemoryBuffer::getNewUninitMemBuffer(expected, file);
    if (!copy)
      return errorAt(file, headerPos,
                     "no memory for " + Twine(expected) + " bytes");
    auto *to = reinterpret_cast<uint8_t *>(copy->getBufferStart());
    if (reorder)
      copyFortranOrder(array.data.data(), to, size, array.shape, *count);
    else
      memcpy(to, array.data.data(), expected);
    if (swap)
      swapBytes(MutableArrayRef(to, expected), unit);
    array.data = ArrayRef(to, expected);
    array.storage = std::move(copy);
  }
  if (isString) {
    array.strings.resize(*count);
    for (uint64_t i = 0; i != *count; ++i)
      if (!decodeString(array.data.data() + i * size, header.descr,
                        array.strings[i]))
        return errorAt(file, pos + i * size,
                       "element " + Twine(i) + " is not Unicode text");
    array.data = {};
    array.storage.reset();
  }
  return array;
}

Expected<NpyArray> onnc::readNpy(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(
      path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createFileError(path, buffer.getError());
  return parseNpy(std::move(*buffer));
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static void writeHeader(raw_ostream &os, StringRef descr,
                        ArrayRef<int64_t> shape) {
  assert(shape.size() <= maxNpyRank && "more dimensions than NumPy reads");
  std::string text;
  raw_string_ostream header(text);
  header << "{'descr': '" << descr << "', 'fortran_order': False, 'shape': (";
  interleaveComma(shape, header);
  header << (shape.size() == 1 ? ",)" : ")") << ", }";
  // NumPy leaves space for the first dimension to grow to 21 digits.
  if (!shape.empty())
    text.append(21 - std::to_string(shape.front()).size(), ' ');
  // Version 1, with the elements at a multiple of 64 bytes. NumPy never pads
  // by nothing.
  const size_t prefix = magic.size() + 2 + 2;
  text.append(64 - (prefix + text.size() + 1) % 64, ' ');
  text += '\n';
  os << magic << '\1' << '\0';
  support::endian::write<uint16_t>(os, text.size(), endianness::little);
  os << text;
}

static void writeBytes(raw_ostream &os, ArrayRef<uint8_t> data) {
  os.write(reinterpret_cast<const char *>(data.data()), data.size());
}

void onnc::writeNpy(raw_ostream &os, NpyType type, ArrayRef<int64_t> shape,
                    ArrayRef<uint8_t> data) {
  assert(type != NpyType::String && "see writeNpyStrings");
  assert(data.size() ==
             size_t(countElements(shape)) * getNpyElementSize(type) &&
         "data of another size than the shape's");
  writeHeader(os, getNpyDescr(type), shape);
  const size_t unit = swapUnit(type);
  if (!sys::IsBigEndianHost || unit == 1) {
    writeBytes(os, data);
    return;
  }
  std::vector<uint8_t> swapped = data.vec();
  swapBytes(swapped, unit);
  writeBytes(os, swapped);
}

Error onnc::writeNpyStrings(raw_ostream &os, ArrayRef<int64_t> shape,
                            ArrayRef<std::string> strings) {
  assert(int64_t(strings.size()) == countElements(shape) &&
         "another number of strings than the shape's");
  std::vector<SmallVector<UTF32, 16>> decoded(strings.size());
  size_t width = 1; // NumPy's least
  for (auto [index, pair] : enumerate(zip_equal(strings, decoded))) {
    auto &[text, characters] = pair;
    characters.resize(text.size());
    auto *from = reinterpret_cast<const UTF8 *>(text.data());
    UTF32 *to = characters.data();
    if (ConvertUTF8toUTF32(&from, from + text.size(), &to, to + text.size(),
                           strictConversion) != conversionOK)
      return createStringError("string " + Twine(index) + " is not UTF-8");
    characters.truncate(to - characters.data());
    width = std::max(width, characters.size());
  }
  writeHeader(os, (getNpyDescr(NpyType::String) + Twine(width)).str(), shape);
  support::endian::Writer writer(os, endianness::little);
  for (SmallVector<UTF32, 16> &characters : decoded) {
    characters.resize(width, 0);
    for (UTF32 character : characters)
      writer.write<uint32_t>(character);
  }
  return Error::success();
}
