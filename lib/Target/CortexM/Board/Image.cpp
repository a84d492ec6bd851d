//===- Image.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Image.h"
#include "RuntimeFiles.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Object/ELFObjectFile.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

static constexpr Tool compiler = {"arm-none-eabi-gcc", "gcc-arm-none-eabi"};
/// Seconds; megabytes of constants take some.
static constexpr unsigned compileTimeLimit = 600;
/// Bytes that the linker makes sure of; the rest of the RAM is stack, too.
static constexpr uint64_t minStack = 1024;

namespace {

class Builder {
public:
  Builder(const Artifact &artifact, const Board &board,
          TemporaryDirectory &directory)
      : artifact(artifact), manifest(artifact.manifest), board(board),
        directory(directory) {}
  Error build();
  std::string getOutput() { return directory.getPath("program.elf"); }

private:
  Error checkRam();
  Error writeFiles();
  std::string makeCall();
  std::string makeLinkerScript();
  Error compile(const std::string &source, StringRef object,
                ArrayRef<StringRef> flags);
  Error link();
  Error run(const Twine &what, ArrayRef<std::string> arguments);

  const Artifact &artifact;
  const Manifest &manifest;
  const Board &board;
  TemporaryDirectory &directory;
  std::vector<std::string> objects;
};

} // namespace

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

Error Builder::checkRam() {
  uint64_t tensors = 0;
  for (const auto *list : {&manifest.inputs, &manifest.outputs})
    for (const TensorParameter &t : *list)
      tensors += t.getNumBytes();
  uint64_t external = board.externalRam.length;
  if (uint64_t(manifest.externalBytes) > external)
    return createStringError(
        "the model needs an arena of " + Twine(manifest.externalBytes) +
        " bytes in external RAM; " + board.name + " has " +
        (external == 0 ? "none" : std::to_string(external) + " bytes of it"));
  if (manifest.arenaBytes + tensors + minStack <= board.ram.length)
    return Error::success();
  return createStringError(
      "the model needs an arena of " + Twine(manifest.arenaBytes) + " and " +
      Twine(tensors) + " bytes for inputs and outputs; " + board.name +
      " has " + Twine(board.ram.length) + " bytes of RAM");
}

/// C that calls the model, with the arrays that it is called with. The label
/// behind the call is where counting ends.
std::string Builder::makeCall() {
  std::string text;
  raw_string_ostream os(text);
  std::string prefix = manifest.getMacroPrefix();
  os << "#include \"harness.h\"\n#include \"" << manifest.getHeader() << "\"\n"
     << "#define IN(SECTION, N) static __attribute__((section(SECTION), "
        "aligned(N)))\n"
     << "#define ARRAY(N) IN(\".arrays\", N)\n";
  std::string arguments;
  auto declareArena = [&](StringRef section, StringRef name, int64_t bytes,
                          int64_t alignment) {
    std::string macro = prefix + name.upper();
    os << "_Static_assert(" << macro << "_BYTES == " << bytes << "u && "
       << macro << "_ALIGNMENT == " << alignment
       << "u, \"the header isn't the manifest's\");\n"
       << "IN(\"" << section << "\", " << alignment << ") uint8_t " << name
       << "[" << std::max<int64_t>(bytes, 1) << "];\n";
    arguments += (arguments.empty() ? "" : ", ") + name.str();
  };
  declareArena(".arrays", "arena", manifest.arenaBytes,
               manifest.arenaAlignment);
  if (manifest.usesExternalRam())
    declareArena(".external", Manifest::externalParameter,
                 manifest.externalBytes, manifest.externalAlignment);
  auto declare = [&](StringRef kind, ArrayRef<TensorParameter> tensors) {
    std::string entries;
    for (auto [i, t] : enumerate(tensors)) {
      std::string name = (kind + Twine(i)).str();
      os << "ARRAY(8) " << *getCType(t.type) << " " << name << "["
         << t.getNumElements() << "];\n";
      entries += "{" + name + ", sizeof " + name + "}, ";
      arguments += ", " + name;
    }
    os << "const struct array onnc_" << kind << "s[] = {" << entries
       << "{0, 0}};\nconst uint32_t onnc_num_" << kind
       << "s = " << tensors.size() << ";\n";
  };
  declare("input", manifest.inputs);
  declare("output", manifest.outputs);
  os << "__attribute__((noinline, noclone)) void onnc_call(void) {\n  "
     << manifest.getEntry() << "(" << arguments << ");\n"
     << "  __asm__ volatile(\".globl onnc_returned\\n\"\n"
     << "                   \"onnc_returned:\" ::: \"memory\");\n}\n";
  return text;
}

/// Runtime/board.ld with the board's addresses.
std::string Builder::makeLinkerScript() {
  // Sixteen vectors, aligned as a core with external interrupts needs them.
  constexpr uint64_t vectorBytes = 1024;
  MemoryRange flash = board.flash;
  if (board.vectors == flash.origin)
    flash = {flash.origin + vectorBytes, flash.length - vectorBytes};
  std::pair<StringRef, uint64_t> values[] = {
      {"@VECTORS_ORIGIN@", board.vectors},
      {"@VECTORS_LENGTH@", vectorBytes},
      {"@FLASH_ORIGIN@", flash.origin},
      {"@FLASH_LENGTH@", flash.length},
      {"@RAM_ORIGIN@", board.ram.origin},
      {"@RAM_LENGTH@", board.ram.length},
      {"@EXTERNAL_ORIGIN@", board.externalRam.origin},
      {"@EXTERNAL_LENGTH@", board.externalRam.length},
      {"@MIN_STACK@", minStack}};
  std::string out = getRuntimeFile("board.ld").str();
  for (auto [key, value] : values) {
    size_t at = out.find(key);
    assert(at != std::string::npos && "the linker script doesn't ask for it");
    out.replace(at, key.size(), "0x" + utohexstr(value));
  }
  return out;
}

Error Builder::writeFiles() {
  for (const RuntimeFile &file : getRuntimeFiles())
    if (Error error = directory.write(file.name, file.text))
      return error;
  if (Error error = directory.write("call.c", makeCall()))
    return error;
  return directory.write("program.ld", makeLinkerScript());
}

//===----------------------------------------------------------------------===//
// Compiling and linking
//===----------------------------------------------------------------------===//

Error Builder::run(const Twine &what, ArrayRef<std::string> arguments) {
  auto result = runTool(compiler, arguments, compileTimeLimit, directory);
  if (!result)
    return result.takeError();
  if (result->status != 0)
    return createStringError(what + ":\n" + result->messages);
  return Error::success();
}

/// Appends \p object to the objects.
Error Builder::compile(const std::string &source, StringRef object,
                       ArrayRef<StringRef> flags) {
  objects.push_back(directory.getPath(object));
  std::vector<std::string> arguments;
  for (StringRef flag : flags)
    arguments.push_back(flag.str());
  // <…> finds our headers before all others, "…" those of the artifact.
  for (StringRef argument : std::initializer_list<StringRef>{
           "-isystem", directory.str(), "-iquote", artifact.directory,
           "-ffunction-sections", "-fdata-sections", "-c", source, "-o",
           objects.back()})
    arguments.push_back(argument.str());
  return run("can't compile '" + source + "'", arguments);
}

Error Builder::link() {
  std::vector<std::string> arguments;
  for (StringRef flag : manifest.processor->flags)
    arguments.push_back(flag.str());
  for (StringRef flag : {"-nostdlib", "-Wl,--gc-sections", "-T"})
    arguments.push_back(flag.str());
  arguments.push_back(directory.getPath("program.ld"));
  append_range(arguments, objects);
  for (StringRef flag : {"-lgcc", "-o"})
    arguments.push_back(flag.str());
  arguments.push_back(getOutput());
  return run("can't link the model for " + board.name, arguments);
}

Error Builder::build() {
  if (Error error = checkRam())
    return error;
  if (Error error = writeFiles())
    return error;
  SmallVector<StringRef, 16> flags(manifest.flags.begin(),
                                   manifest.flags.end());
  for (auto [i, source] : enumerate(manifest.sources))
    if (Error error = compile(artifact.getPath(source),
                              "model-" + std::to_string(i) + ".o", flags))
      return error;
  SmallVector<StringRef, 16> ours(manifest.processor->flags.begin(),
                                  manifest.processor->flags.end());
  // A loop that is memcpy mustn't become a call of it.
  append_range(ours, std::initializer_list<StringRef>{
                         "-std=gnu11", "-O2", "-ffreestanding", "-Werror",
                         "-fno-tree-loop-distribute-patterns"});
  for (StringRef name : {"startup", "harness", "memory", "call"})
    if (Error error = compile(directory.getPath((name + ".c").str()),
                              (name + ".o").str(), ours))
      return error;
  return link();
}

//===----------------------------------------------------------------------===//
// The result
//===----------------------------------------------------------------------===//

/// Fills addresses, functions and sizes from the symbols of \p file.
static Error readSymbols(const object::ELFObjectFileBase &file,
                         const Manifest &manifest, Image &image) {
  StringMap<uint64_t> addresses;
  for (const object::ELFSymbolRef symbol : file.symbols()) {
    auto name = symbol.getName();
    auto address = symbol.getAddress();
    auto type = symbol.getType();
    if (!name || !address || !type)
      return joinErrors(joinErrors(name.takeError(), address.takeError()),
                        type.takeError());
    addresses[*name] = *address;
    if (*type == object::SymbolRef::ST_Function && symbol.getSize())
      image.functions.push_back({*address & ~1ull,
                                 (*address & ~1ull) + symbol.getSize(),
                                 name->str()});
  }
  sort(image.functions, [](const Image::Function &a, const Image::Function &b) {
    return std::tie(a.begin, a.name) < std::tie(b.begin, b.name);
  });
  auto size = [&](StringRef part) {
    return addresses.lookup(("onnc_" + part + "_end").str()) -
           addresses.lookup(("onnc_" + part + "_begin").str());
  };
  // Bit 0 of a function's address says that it is Thumb code.
  image.entry = addresses.lookup(manifest.getEntry()) & ~1ull;
  image.returned = addresses.lookup("onnc_returned") & ~1ull;
  image.codeBytes = size("model_code");
  image.constantBytes = size("model_constants");
  image.libraryBytes = size("library");
  image.dataBytes = size("model_data");
  image.bssBytes = size("model_bss");
  return Error::success();
}

/// Bytes that are loaded: what a flash would hold.
static uint64_t getLoadedBytes(const object::ELFObjectFileBase &file) {
  uint64_t bytes = 0;
  for (const object::ELFSectionRef section : file.sections())
    if ((section.getFlags() & ELF::SHF_ALLOC) && !section.isVirtual())
      bytes += section.getSize();
  return bytes;
}

const Image::Function *Image::findFunction(uint64_t address) const {
  auto it = partition_point(
      functions, [&](const Function &f) { return f.begin <= address; });
  if (it == functions.begin() || address >= std::prev(it)->end)
    return nullptr;
  return &*std::prev(it);
}

Expected<Image> Image::build(const Artifact &artifact, const Board &board,
                             TemporaryDirectory &directory) {
  Builder builder(artifact, board, directory);
  if (Error error = builder.build())
    return error;
  Image image;
  image.path = builder.getOutput();
  auto binary = object::ObjectFile::createObjectFile(image.path);
  if (!binary)
    return binary.takeError();
  const auto *file = dyn_cast<object::ELFObjectFileBase>(binary->getBinary());
  if (!file)
    return createStringError("the linker wrote no ELF file");
  if (Error error = readSymbols(*file, artifact.manifest, image))
    return error;
  image.flashBytes = getLoadedBytes(*file);
  return image;
}
