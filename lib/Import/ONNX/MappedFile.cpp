//===- MappedFile.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MappedFile.h"
#include "ImportError.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

Expected<BlobRef> onnx_import::mapFile(StringRef path) {
  auto fail = [&](const Twine &why) {
    return importError(DiagID::InputOutput,
                       "can't read '" + path + "': " + why);
  };
  sys::fs::file_status status;
  if (std::error_code ec = sys::fs::status(path, status))
    return fail(ec.message());
  if (sys::fs::is_directory(status))
    return fail("it is a directory");
  if (!sys::fs::is_regular_file(status))
    return fail("it is not a regular file");
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fail(buffer.getError().message());
  return BlobRef(new Blob(std::move(*buffer)));
}

Expected<BlobRef> ExternalFiles::open(StringRef location) {
  auto fail = [&](const Twine &why) {
    return importError(DiagID::ImportExternalData,
                       "external data '" + location + "' " + why);
  };
  if (auto it = files.find(location); it != files.end())
    return it->second;
  if (location.empty())
    return fail("has no location");
  if (location.contains('\0') || sys::path::is_absolute(location))
    return fail("must have a path relative to the model's directory");
  for (auto it = sys::path::begin(location), end = sys::path::end(location);
       it != end; ++it)
    if (*it == "..")
      return fail("must not leave the model's directory");

  SmallString<256> path(directory), realDirectory, realPath;
  sys::path::append(path, location);
  std::error_code ec =
      sys::fs::real_path(directory.empty() ? "." : directory, realDirectory);
  if (!ec)
    ec = sys::fs::real_path(path, realPath);
  if (ec)
    return fail("can't be found: " + ec.message());
  // Where links lead matters as well.
  StringRef inside = realPath;
  if (!inside.consume_front(realDirectory) ||
      !(realDirectory.ends_with("/") || inside.starts_with("/")))
    return fail("is a link that leaves the model's directory");

  Expected<BlobRef> blob = mapFile(realPath);
  if (!blob)
    return importError(DiagID::ImportExternalData, toString(blob.takeError()));
  files[location] = *blob;
  return *blob;
}
