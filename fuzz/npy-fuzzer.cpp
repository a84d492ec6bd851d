//===- npy-fuzzer.cpp - Hostile arrays ------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// NumPy's files from arbitrary bytes: an error, or an array that can be
/// written, read back as it was, and written again to the same bytes.
///
//===----------------------------------------------------------------------===//

#include "onnc/Support/Npy.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace onnc;

static std::string toBytes(const NpyArray &array) {
  std::string bytes;
  raw_string_ostream os(bytes);
  if (array.type == NpyType::String)
    cantFail(writeNpyStrings(os, array.shape, array.strings));
  else
    writeNpy(os, array.type, array.shape, array.data);
  return bytes;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  StringRef bytes(reinterpret_cast<const char *>(data), size);
  Expected<NpyArray> array =
      parseNpy(MemoryBuffer::getMemBufferCopy(bytes, "fuzz.npy"));
  if (!array) {
    consumeError(array.takeError());
    return 0;
  }
  std::string written = toBytes(*array);
  NpyArray again =
      cantFail(parseNpy(MemoryBuffer::getMemBufferCopy(written, "again.npy")));
  if (again.type != array->type || again.shape != array->shape ||
      again.data != array->data || again.strings != array->strings)
    report_fatal_error("an array isn't read back as it was");
  if (toBytes(again) != written)
    report_fatal_error("an array isn't written twice to the same bytes");
  return 0;
}
