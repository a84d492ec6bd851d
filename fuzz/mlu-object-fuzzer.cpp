//===- mlu-object-fuzzer.cpp - Hostile code objects -----------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Code objects are hostile: whatever the bytes are, reading them ends in an
/// error or in an object that can be printed, written again to the same bytes
/// that it reads back from, and run within its budget.
///
//===----------------------------------------------------------------------===//

#include "onnc/Target/MLU/Assembler.h"
#include "onnc/Target/MLU/Device.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace onnc::mlu;

static std::string toBytes(const CodeObject &object) {
  std::string bytes;
  raw_string_ostream os(bytes);
  if (Error error = writeCodeObject(object, os))
    report_fatal_error(std::move(error));
  return bytes;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  StringRef file(reinterpret_cast<const char *>(data), size);
  Expected<CodeObject> object = readCodeObject(MemoryBufferRef(file, "fuzz"));
  if (!object) {
    consumeError(object.takeError());
    return 0;
  }
  if (Error error = disassemble(*object, nulls()))
    report_fatal_error(std::move(error));
  std::string bytes = toBytes(*object);
  Expected<CodeObject> back = readCodeObject(MemoryBufferRef(bytes, "again"));
  if (!back)
    report_fatal_error(back.takeError());
  if (toBytes(*back) != bytes)
    report_fatal_error("a code object isn't written twice to the same bytes");

  // Small enough that a run takes milliseconds.
  size_t cores = 0;
  for (const Launch &launch : object->launches)
    cores = std::max(cores, launch.programs.size());
  if (object->memorySize > 1 << 20 || cores > 2 || object->launches.size() > 4)
    return 0;
  DeviceOptions options;
  options.threads = 1;
  options.maxInstructions = 1000;
  options.maxCycles = 100000;
  auto device = Device::create(std::move(*object), options);
  if (!device) {
    consumeError(device.takeError());
    return 0;
  }
  consumeError((*device)->run());
  return 0;
}
