//===- Artifact.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Artifact.h"
#include "Header.h"
#include "onnc/Support/OutputFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

std::string Artifact::getPath(StringRef file) const {
  SmallString<128> path(directory);
  sys::path::append(path, file);
  return path.str().str();
}

Expected<Artifact> Artifact::load(MemoryBufferRef file) {
  auto manifest = Manifest::read(file.getBuffer());
  if (!manifest)
    return manifest.takeError();
  SmallString<128> path = file.getBufferIdentifier();
  if (std::error_code ec = sys::fs::make_absolute(path))
    return createStringError(ec, "its directory is unknown");
  Artifact artifact{std::move(*manifest), sys::path::parent_path(path).str()};
  auto files = artifact.manifest.sources;
  files.push_back(artifact.manifest.getHeader());
  for (const std::string &name : files)
    if (!sys::fs::is_regular_file(artifact.getPath(name)))
      return createStringError("there is no file '" + name +
                               "' beside the manifest");
  return artifact;
}

Error ArtifactContents::write(StringRef directory) const {
  if (Error error = manifest.verify())
    return error;
  assert(sources.size() == manifest.sources.size() && "a text for each source");
  if (std::error_code ec = sys::fs::create_directories(directory))
    return createFileError(directory, ec);
  std::vector<std::unique_ptr<OutputFile>> files;
  auto add = [&](StringRef name,
                 function_ref<void(raw_ostream &)> print) -> Error {
    SmallString<128> path = directory;
    sys::path::append(path, name);
    auto file = OutputFile::create(path);
    if (!file)
      return file.takeError();
    print((*file)->os());
    files.push_back(std::move(*file));
    return Error::success();
  };
  for (auto [name, text] : zip_equal(manifest.sources, sources))
    if (Error e = add(name, [&](raw_ostream &os) { os << text; }))
      return e;
  if (Error e = add(manifest.getHeader(),
                    [&](raw_ostream &os) { writeHeader(manifest, os); }))
    return e;
  if (Error e = add(manifest.model + ".json",
                    [&](raw_ostream &os) { manifest.write(os); }))
    return e;
  for (auto &file : files)
    if (Error e = file->commit())
      return e;
  return Error::success();
}
