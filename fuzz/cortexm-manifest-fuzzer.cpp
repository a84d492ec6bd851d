//===- cortexm-manifest-fuzzer.cpp ---------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Any bytes are a manifest or refused. One that was read is written and read
/// again to the same, and its header can be printed.
///
//===----------------------------------------------------------------------===//

#include "Artifact/Header.h"
#include "Artifact/Manifest.h"
#include "llvm/Support/ErrorHandling.h"

using namespace llvm;
using namespace onnc::cortexm;

static std::string print(const Manifest &manifest) {
  std::string text;
  raw_string_ostream os(text);
  manifest.write(os);
  return text;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto manifest =
      Manifest::read(StringRef(reinterpret_cast<const char *>(data), size));
  if (!manifest) {
    consumeError(manifest.takeError());
    return 0;
  }
  writeHeader(*manifest, nulls());
  std::string text = print(*manifest);
  auto again = Manifest::read(text);
  if (!again)
    report_fatal_error(again.takeError());
  if (print(*again) != text)
    report_fatal_error("a manifest isn't written twice to the same text");
  return 0;
}
