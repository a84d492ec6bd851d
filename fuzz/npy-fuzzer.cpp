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

/// Fails for byte strings ('S') that aren't UTF-8: those can only be read.
static Expected<std::string> toBytes(const NpyArray &array) {
  std::string bytes;
  raw_string_ostream os(bytes);
  if (array.type != NpyType::String)
    writeNpy(os, array.type, array.shape, array.data);
  else if (Error error = writeNpyStrings(os, array.shape, array.strings))
    return error;
  return bytes;
}

static Expected<NpyArray> parse(StringRef bytes) {
  return parseNpy(MemoryBuffer::getMemBufferCopy(bytes, "fuzz.npy"));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  StringRef bytes(reinterpret_cast<const char *>(data), size);
  Expected<NpyArray> array = parse(bytes);
  if (!array) {
    consumeError(array.takeError());
    return 0;
  }
  Expected<std::string> written = toBytes(*array);
  if (!written) {
    consumeError(written.takeError());
    return 0;
  }
  Expected<NpyArray> again = parse(*written);
  if (!again)
    report_fatal_error(again.takeError());
  if (again->type != array->type || again->shape != array->shape ||
      again->data != array->data || again->strings != array->strings)
    report_fatal_error("an array isn't read back as it was");
  Expected<std::string> twice = toBytes(*again);
  if (!twice || *twice != *written)
    report_fatal_error("an array isn't written twice to the same bytes");
  return 0;
}
