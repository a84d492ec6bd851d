//===- HostProgram.cpp - Running compiled models here ---------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Artifact.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Object/ELF.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include <dlfcn.h>

using namespace llvm;
using namespace onnc;
using namespace onnc::x86;

namespace {

/// The functions of a model, wherever they come from.
struct Entries {
  void *(*create)(int threads) = nullptr;
  void (*destroy)(void *context) = nullptr;
  int (*invoke)(void *context, const void **inputs, void **outputs) = nullptr;
};

class HostProgram : public onnc::Program {
public:
  explicit HostProgram(Manifest manifest) : manifest(std::move(manifest)) {}
  ~HostProgram() override {
    if (context)
      entries.destroy(context);
    if (library)
      dlclose(library);
  }
  Error open(std::unique_ptr<MemoryBuffer> file, unsigned threads);

  ArrayRef<ProgramValueInfo> getInputs() const override {
    return manifest.inputs;
  }
  ArrayRef<ProgramValueInfo> getOutputs() const override {
    return manifest.outputs;
  }
  Expected<std::vector<RuntimeValue>>
  run(ArrayRef<RuntimeValue> values) override;
  /// FP32 sums in another order than the interpreter's exact ones.
  Tolerance getTolerance() const override { return {1e-5, 1e-4, 1e-4}; }

private:
  Error openShared(const MemoryBuffer &file);
  Error openRelocatable(std::unique_ptr<MemoryBuffer> file);

  Manifest manifest;
  Entries entries;
  void *library = nullptr;
  std::unique_ptr<orc::LLJIT> jit;
  void *context = nullptr;
};

} // namespace

/// Code with instructions that the processor lacks would be killed.
static Error checkProcessor(const Manifest &manifest) {
  StringMap<bool> host = sys::getHostCPUFeatures();
  for (const std::string &feature : manifest.features)
    if (!host.lookup(feature))
      return createStringError("the program was compiled for " + manifest.cpu +
                               "; this processor has no " + feature);
  return Error::success();
}

template <typename Fn> static Fn *toFunction(void *address) {
  return reinterpret_cast<Fn *>(address);
}

/// Loading a file that was cut off would be a bus error.
static Error checkWhole(StringRef bytes) {
  auto elf = object::ELF64LEFile::create(bytes);
  if (!elf)
    return elf.takeError();
  auto segments = elf->program_headers();
  if (!segments)
    return segments.takeError();
  for (const auto &segment : *segments)
    if (segment.p_offset > bytes.size() ||
        segment.p_filesz > bytes.size() - segment.p_offset)
      return createStringError("the file is cut off");
  return Error::success();
}

Error HostProgram::openShared(const MemoryBuffer &file) {
  if (Error error = checkWhole(file.getBuffer()))
    return error;
  // A name without a slash would be searched for elsewhere.
  std::string path = file.getBufferIdentifier().str();
  if (!StringRef(path).contains('/'))
    path = "./" + path;
  library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return createStringError(std::string("can't load it: ") + dlerror());
  auto lookup = [&](StringRef name) {
    return dlsym(library, (manifest.prefix + name).str().c_str());
  };
  entries.create = toFunction<void *(int)>(lookup("_create"));
  entries.destroy = toFunction<void(void *)>(lookup("_destroy"));
  entries.invoke =
      toFunction<int(void *, const void **, void **)>(lookup("_invoke"));
  if (!entries.create || !entries.destroy || !entries.invoke)
    return createStringError("it lacks functions of '" + manifest.prefix + "'");
  return Error::success();
}

Error HostProgram::openRelocatable(std::unique_ptr<MemoryBuffer> file) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  auto created = orc::LLJITBuilder().create();
  if (!created)
    return created.takeError();
  jit = std::move(*created);
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      jit->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  jit->getMainJITDylib().addGenerator(std::move(*process));
  if (Error error = jit->addObjectFile(std::move(file)))
    return error;
  auto lookup = [&](StringRef name, auto &entry) -> Error {
    auto symbol = jit->lookup(manifest.prefix + name.str());
    if (!symbol)
      return symbol.takeError();
    entry = symbol->toPtr<std::remove_reference_t<decltype(entry)>>();
    return Error::success();
  };
  if (Error error = lookup("_create", entries.create))
    return error;
  if (Error error = lookup("_destroy", entries.destroy))
    return error;
  return lookup("_invoke", entries.invoke);
}

Error HostProgram::open(std::unique_ptr<MemoryBuffer> file, unsigned threads) {
  if (Error error = checkProcessor(manifest))
    return error;
  bool shared =
      support::endian::read16le(file->getBufferStart() + 16) == ELF::ET_DYN;
  if (Error error =
          shared ? openShared(*file) : openRelocatable(std::move(file)))
    return error;
  context = entries.create(static_cast<int>(threads));
  if (!context)
    return createStringError("no memory for the program's tensors");
  return Error::success();
}

Expected<std::vector<RuntimeValue>>
HostProgram::run(ArrayRef<RuntimeValue> values) {
  std::vector<const void *> inputs;
  for (auto [info, value] : zip_equal(manifest.inputs, values)) {
    if (Error error = info.checkTensor(value))
      return error;
    inputs.push_back(value.getTensor().getBytes().data());
  }
  std::vector<RuntimeValue> results;
  std::vector<void *> outputs;
  for (const ProgramValueInfo &info : manifest.outputs) {
    int64_t elements = 1;
    for (int64_t size : *info.shape)
      elements *= size;
    auto bytes = std::make_shared<std::vector<char>>(
        *getByteSize(*info.elementType, elements));
    outputs.push_back(bytes->data());
    const char *data = bytes->data();
    results.push_back(
        TensorValue::view(*info.elementType, *info.shape, data, bytes));
  }
  entries.invoke(context, inputs.data(), outputs.data());
  return results;
}

Expected<std::unique_ptr<onnc::Program>>
x86::loadProgram(std::unique_ptr<MemoryBuffer> file,
                 const LoadOptions &options) {
  auto manifest = Manifest::find(file->getBuffer());
  if (!manifest)
    return createStringError("its manifest isn't whole");
  auto program = std::make_unique<HostProgram>(std::move(*manifest));
  if (Error error = program->open(std::move(file), options.threads))
    return error;
  return program;
}
