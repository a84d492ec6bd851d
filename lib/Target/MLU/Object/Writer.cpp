//===- Writer.cpp - Code object to ELF64 ----------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Layout.h"
#include "onnc/Target/MLU/CodeObject.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace onnc::mlu {
namespace {

/// A section and where its bytes come from; constants are not copied.
struct Section {
  uint32_t name = 0;
  uint32_t type = ELF::SHT_PROGBITS;
  uint64_t flags = 0;
  uint64_t address = 0;
  uint64_t align = 8;
  StringRef bytes;
  std::string owned;
  uint64_t offset = 0;

  StringRef data() const { return owned.empty() ? bytes : StringRef(owned); }
};

/// Builds the bytes of one note or section.
class Blob {
public:
  Blob() : os(bytes), out(os, llvm::endianness::little) {}
  Blob &u8(uint8_t v) { return write(v); }
  Blob &u32(size_t v) { return write(uint32_t(v)); }
  Blob &u64(uint64_t v) { return write(v); }
  Blob &string(StringRef text) {
    u32(text.size());
    bytes += text;
    return *this;
  }
  std::string bytes;

private:
  template <class T> Blob &write(T v) {
    out.write<T>(v);
    return *this;
  }
  raw_string_ostream os;
  support::endian::Writer out;
};

void addNote(std::string &section, NoteType type, const Blob &desc) {
  Blob note;
  note.u32(NoteOwner.size() + 1).u32(desc.bytes.size()).u32(uint32_t(type));
  note.bytes += NoteOwner;
  note.bytes.resize(alignTo(note.bytes.size() + 1, 4));
  note.bytes += desc.bytes;
  note.bytes.resize(alignTo(note.bytes.size(), 4));
  section += note.bytes;
}

std::string makeNotes(const CodeObject &object) {
  std::string section;
  Blob memory;
  memory.string(object.machine).u64(object.memorySize);
  memory.u32(object.memory.size());
  for (const MemoryRange &range : object.memory)
    memory.string(range.name).u64(range.address).u64(range.size);
  addNote(section, NoteType::Memory, memory);

  Blob tensors;
  tensors.u32(object.tensors.size());
  for (const TensorDesc &t : object.tensors) {
    tensors.u8(uint8_t(t.kind)).u8(uint8_t(t.hostType));
    tensors.u8(uint8_t(t.deviceType)).u8(uint8_t(t.shape.size()));
    tensors.string(t.name).u64(t.address);
    for (auto [dim, stride] : zip(t.shape, t.strides))
      tensors.u64(uint64_t(dim)).u64(uint64_t(stride));
  }
  addNote(section, NoteType::Tensors, tensors);

  Blob launches;
  launches.u32(object.launches.size());
  for (const Launch &launch : object.launches) {
    launches.string(launch.name).u32(launch.programs.size());
    for (uint32_t program : launch.programs)
      launches.u32(program);
  }
  addNote(section, NoteType::Launches, launches);

  Blob operators;
  operators.u32(object.operators.size());
  for (const std::string &name : object.operators)
    operators.string(name);
  for (const Program &program : object.programs) {
    operators.u32(program.ops.size());
    for (const OpRange &range : program.ops)
      operators.u32(range.begin).u32(range.end).u32(range.op);
  }
  addNote(section, NoteType::Operators, operators);
  return section;
}

class Writer {
public:
  explicit Writer(const CodeObject &object) {
    sections.emplace_back().type = ELF::SHT_NULL;
    sections[0].align = 0;
    strings.push_back('\0');
    for (const Program &program : object.programs) {
      Blob text;
      for (uint64_t word : program.words)
        text.u64(word);
      Section &s = add((TextPrefix + program.name).str(),
                       ELF::SHF_ALLOC | ELF::SHF_EXECINSTR);
      s.owned = std::move(text.bytes);
    }
    for (const Constant &constant : object.constants) {
      Section &s = add(ConstantName.str(), ELF::SHF_ALLOC);
      s.address = constant.address;
      s.bytes = toStringRef(constant.bytes);
      // An ELF section's address is a multiple of its alignment.
      s.align = s.address ? std::min<uint64_t>(64, s.address & -s.address) : 64;
    }
    Section &notes = add(NoteName.str(), 0);
    notes.type = ELF::SHT_NOTE;
    notes.align = 4;
    notes.owned = makeNotes(object);
    Section &table = add(StringsName.str(), 0);
    table.type = ELF::SHT_STRTAB;
    table.align = 1;
    table.owned = strings;
  }

  Error write(raw_ostream &os) {
    uint64_t at = sizeof(ELF::Elf64_Ehdr);
    for (Section &s : drop_begin(sections)) {
      at = alignTo(at, s.align);
      s.offset = at;
      at += s.data().size();
    }
    uint64_t table = alignTo(at, 8);
    if (sections.size() >= ELF::SHN_LORESERVE)
      return createStringError("too many sections for a code object");

    support::endian::Writer out(os, llvm::endianness::little);
    writeHeader(out, table);
    at = sizeof(ELF::Elf64_Ehdr);
    for (const Section &s : drop_begin(sections)) {
      os.write_zeros(unsigned(s.offset - at));
      os << s.data();
      at = s.offset + s.data().size();
    }
    os.write_zeros(unsigned(table - at));
    for (const Section &s : sections) {
      out.write<uint32_t>(s.name);
      out.write<uint32_t>(s.type);
      for (uint64_t v :
           {s.flags, s.address, s.offset, uint64_t(s.data().size()),
            uint64_t(0), s.align, uint64_t(0)})
        // sh_link and sh_info share the fifth place.
        out.write<uint64_t>(v);
    }
    return Error::success();
  }

private:
  Section &add(std::string name, uint64_t flags) {
    Section &s = sections.emplace_back();
    size_t known =
        StringRef(strings).find(StringRef(name.c_str(), name.size() + 1));
    s.name = uint32_t(known != StringRef::npos ? known : strings.size());
    if (known == StringRef::npos)
      strings.append(name.c_str(), name.size() + 1);
    s.flags = flags;
    return s;
  }

  void writeHeader(support::endian::Writer &out, uint64_t table) {
    out.OS << StringRef(ELF::ElfMagic, 4) << char(ELF::ELFCLASS64)
           << char(ELF::ELFDATA2LSB) << char(ELF::EV_CURRENT);
    out.OS.write_zeros(ELF::EI_NIDENT - 7);
    out.write<uint16_t>(ELF::ET_EXEC);
    out.write<uint16_t>(ElfMachine);
    out.write<uint32_t>(ELF::EV_CURRENT);
    out.write<uint64_t>(0); // e_entry: the launches are in a note.
    out.write<uint64_t>(0);
    out.write<uint64_t>(table);
    out.write<uint32_t>(CodeObjectVersion);
    for (size_t v :
         {sizeof(ELF::Elf64_Ehdr), size_t(0), size_t(0),
          sizeof(ELF::Elf64_Shdr), sections.size(), sections.size() - 1})
      out.write<uint16_t>(uint16_t(v));
  }

  std::vector<Section> sections;
  std::string strings;
};

} // namespace

Error writeCodeObject(const CodeObject &object, raw_ostream &os) {
  if (Error error = validate(object))
    return error;
  return Writer(object).write(os);
}

} // namespace onnc::mlu
