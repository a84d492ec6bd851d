//===- Reader.cpp - ELF64 to code object ----------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The file is hostile until proven otherwise: every offset, size and count is
/// checked against the bytes that are there before it is used, and nothing is
/// allocated in proportion to a number that the file merely claims.
///
//===----------------------------------------------------------------------===//

#include "Layout.h"
#include "onnc/Target/MLU/CodeObject.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/DataExtractor.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace onnc::mlu {
namespace {

struct SectionHeader {
  StringRef name, bytes;
  uint32_t type = 0;
  uint64_t address = 0, offset = 0;
};

Error errorAt(uint64_t offset, const Twine &message) {
  return createStringError("code object, offset 0x" + utohexstr(offset, true) +
                           ": " + message);
}

/// A cursor over one note; counts are checked against what is left.
class NoteReader {
public:
  NoteReader(StringRef bytes, uint64_t base)
      : data(bytes, true, 8), base(base), at(0) {}
  ~NoteReader() { consumeError(at.takeError()); }

  uint8_t u8() { return data.getU8(at); }
  uint32_t u32() { return data.getU32(at); }
  uint64_t u64() { return data.getU64(at); }
  std::string string() { return data.getBytes(at, u32()).str(); }

  /// A list's length; 0 after an error. Items take \p itemBytes at least.
  uint32_t count(unsigned itemBytes) {
    uint32_t n = u32();
    if (!at || n > (data.size() - at.tell()) / itemBytes) {
      tooLong |= bool(at);
      return 0;
    }
    return n;
  }

  Error finish() {
    uint64_t where = base + at.tell();
    if (Error error = at.takeError())
      return errorAt(where, "note is truncated: " + toString(std::move(error)));
    if (tooLong)
      return errorAt(where, "list is longer than its note");
    if (where - base != data.size())
      return errorAt(where, "note has trailing bytes");
    return Error::success();
  }

private:
  DataExtractor data;
  uint64_t base;
  DataExtractor::Cursor at;
  bool tooLong = false;
};

class Reader {
public:
  explicit Reader(StringRef file) : file(file) {}

  Expected<CodeObject> read() {
    if (Error error = readSections())
      return error;
    for (const SectionHeader &s : sections)
      if (Error error = readSection(s))
        return error;
    if (seen != AllNotes)
      return errorAt(0, "a note is missing");
    if (Error error = validate(object))
      return createStringError("code object: " + toString(std::move(error)));
    return std::move(object);
  }

private:
  static constexpr unsigned NumNotes = 4;
  static constexpr unsigned AllNotes = (1u << NumNotes) - 1;

  Error readSections();
  Error readSection(const SectionHeader &section);
  Error readNotes(const SectionHeader &section);
  Error readNote(uint32_t type, StringRef desc, uint64_t offset);

  StringRef file;
  std::vector<SectionHeader> sections;
  CodeObject object;
  unsigned seen = 0; ///< Bits of the note types read so far.
};

Error Reader::readSections() {
  DataExtractor data(file, true, 8);
  if (file.size() < sizeof(ELF::Elf64_Ehdr) ||
      !file.starts_with(StringRef(ELF::ElfMagic, 4)))
    return errorAt(0, "not an ELF file");
  if (file[ELF::EI_CLASS] != ELF::ELFCLASS64 ||
      file[ELF::EI_DATA] != ELF::ELFDATA2LSB)
    return errorAt(ELF::EI_CLASS, "not a little-endian ELF64 file");
  uint64_t at = ELF::EI_NIDENT;
  uint16_t type = data.getU16(&at), machine = data.getU16(&at);
  if (type != ELF::ET_EXEC || machine != ElfMachine)
    return errorAt(ELF::EI_NIDENT, "not an MLU code object");
  at = 40;
  uint64_t table = data.getU64(&at);
  at = 48;
  if (uint32_t version = data.getU32(&at); version != CodeObjectVersion)
    return errorAt(48, "version " + Twine(version) + " is not supported");
  at = 58;
  uint16_t entrySize = data.getU16(&at), count = data.getU16(&at),
           stringIndex = data.getU16(&at);
  if (entrySize != sizeof(ELF::Elf64_Shdr) || count == 0 ||
      stringIndex >= count || table > file.size() ||
      (file.size() - table) / entrySize < count)
    return errorAt(40, "bad section header table");

  std::vector<uint32_t> names;
  for (unsigned i = 0; i != count; ++i) {
    uint64_t begin = at = table + uint64_t(i) * entrySize;
    SectionHeader s;
    names.push_back(data.getU32(&at));
    s.type = data.getU32(&at);
    data.getU64(&at);
    s.address = data.getU64(&at);
    s.offset = data.getU64(&at);
    uint64_t size = data.getU64(&at);
    if (s.type != ELF::SHT_NULL) {
      if (s.offset > file.size() || size > file.size() - s.offset)
        return errorAt(begin, "section " + Twine(i) + " leaves the file");
      s.bytes = file.substr(s.offset, size);
    }
    sections.push_back(s);
  }
  StringRef strings = sections[stringIndex].bytes;
  for (unsigned i = 0; i != count; ++i) {
    size_t end = strings.find('\0', names[i]);
    if (sections[i].type != ELF::SHT_NULL && end == StringRef::npos)
      return errorAt(table + uint64_t(i) * entrySize,
                     "section " + Twine(i) + " has no name");
    sections[i].name = strings.slice(names[i], end);
  }
  return Error::success();
}

Error Reader::readSection(const SectionHeader &s) {
  if (s.type == ELF::SHT_NULL || s.name == StringsName)
    return Error::success();
  StringRef name = s.name;
  if (s.type == ELF::SHT_NOTE && name == NoteName)
    return readNotes(s);
  if (s.type == ELF::SHT_PROGBITS && name.consume_front(TextPrefix)) {
    if (seen)
      return errorAt(s.offset, "a program after the notes");
    if (s.bytes.size() % 8)
      return errorAt(s.offset, "program '" + name + "' has a partial word");
    Program &program = object.programs.emplace_back();
    program.name = name.str();
    for (size_t at = 0; at != s.bytes.size(); at += 8)
      program.words.push_back(support::endian::read64le(s.bytes.data() + at));
    return Error::success();
  }
  if (s.type == ELF::SHT_PROGBITS && name == ConstantName) {
    object.constants.push_back({s.address, arrayRefFromStringRef(s.bytes)});
    return Error::success();
  }
  return errorAt(s.offset, "unknown section '" + s.name + "'");
}

Error Reader::readNotes(const SectionHeader &section) {
  DataExtractor data(section.bytes, true, 8);
  uint64_t at = 0, size = section.bytes.size();
  while (at < size) {
    uint64_t begin = section.offset + at;
    if (size - at < 12)
      return errorAt(begin, "note header is truncated");
    uint64_t nameSize = data.getU32(&at), descSize = data.getU32(&at);
    uint32_t type = data.getU32(&at);
    uint64_t descAt = at + alignTo(nameSize, 4);
    uint64_t next = descAt + alignTo(descSize, 4);
    if (next > size)
      return errorAt(begin, "note leaves its section");
    if (nameSize != NoteOwner.size() + 1 ||
        section.bytes.substr(at, NoteOwner.size()) != NoteOwner)
      return errorAt(begin, "note of an unknown owner");
    if (Error error = readNote(type, section.bytes.substr(descAt, descSize),
                               section.offset + descAt))
      return error;
    at = next;
  }
  return Error::success();
}

Error Reader::readNote(uint32_t type, StringRef desc, uint64_t offset) {
  uint32_t index = type - uint32_t(NoteType::Memory);
  if (index >= NumNotes || (seen & 1u << index))
    return errorAt(offset, "unknown or repeated note type " + Twine(type));
  seen |= 1u << index;
  NoteReader in(desc, offset);
  switch (NoteType(type)) {
  case NoteType::Memory:
    object.machine = in.string();
    object.memorySize = in.u64();
    for (uint32_t n = in.count(20); n; --n) {
      MemoryRange &range = object.memory.emplace_back();
      range.name = in.string();
      range.address = in.u64();
      range.size = in.u64();
    }
    break;
  case NoteType::Tensors:
    for (uint32_t n = in.count(16); n; --n) {
      TensorDesc &tensor = object.tensors.emplace_back();
      tensor.kind = TensorKind(in.u8());
      tensor.hostType = HostType(in.u8());
      tensor.deviceType = ElemType(in.u8());
      unsigned rank = in.u8();
      tensor.name = in.string();
      tensor.address = in.u64();
      for (; rank; --rank) {
        tensor.shape.push_back(int64_t(in.u64()));
        tensor.strides.push_back(int64_t(in.u64()));
      }
    }
    break;
  case NoteType::Launches:
    for (uint32_t n = in.count(8); n; --n) {
      Launch &launch = object.launches.emplace_back();
      launch.name = in.string();
      for (uint32_t cores = in.count(4); cores; --cores)
        launch.programs.push_back(in.u32());
    }
    break;
  case NoteType::Operators:
    for (uint32_t n = in.count(4); n; --n)
      object.operators.push_back(in.string());
    for (Program &program : object.programs)
      for (uint32_t n = in.count(12); n; --n) {
        OpRange &range = program.ops.emplace_back();
        range.begin = in.u32();
        range.end = in.u32();
        range.op = in.u32();
      }
    break;
  }
  return in.finish();
}

} // namespace

Expected<CodeObject> readCodeObject(MemoryBufferRef buffer) {
  return Reader(buffer.getBuffer()).read();
}

} // namespace onnc::mlu
