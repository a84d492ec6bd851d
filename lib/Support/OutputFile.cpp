//===- OutputFile.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Not llvm::sys::fs::TempFile, for three reasons: it renames before it closes,
// so that an error of close(2) comes too late; raw_fd_ostream, which it needs,
// ends the program over a write error that nobody cleared; and it replaces the
// '%' of a directory's name, too, by random digits.
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/OutputFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include <cassert>

using namespace onnc;
using namespace llvm;
namespace fs = llvm::sys::fs;

Error OutputFile::error(StringRef what, std::error_code ec) const {
  return createFileError(path == "-" ? "<stdout>" : path,
                         createStringError(ec, what + ": " + ec.message()));
}

/// Flushes \p stream and returns its error, which it forgets: its destructor
/// would end the program otherwise.
static std::error_code takeError(raw_fd_ostream &stream) {
  stream.flush();
  std::error_code ec = stream.error();
  stream.clear_error();
  return ec;
}

Expected<std::unique_ptr<OutputFile>> OutputFile::create(StringRef path) {
  std::unique_ptr<OutputFile> file(new OutputFile(path));
  if (path.empty())
    return file->error("cannot write",
                       make_error_code(std::errc::no_such_file_or_directory));
  fs::file_status status;
  const bool exists = path != "-" && !fs::status(path, status);
  if (exists && fs::is_directory(status))
    return file->error("cannot write",
                       make_error_code(std::errc::is_a_directory));
  if (exists)
    if (std::error_code ec = fs::access(path, fs::AccessMode::Write))
      return file->error("cannot write", ec);

  if (path == "-" || (exists && !fs::is_regular_file(status))) {
    file->stream = std::make_unique<raw_svector_ostream>(file->buffer);
    return file;
  }

  SmallString<128> realPath;
  if (exists && !fs::real_path(path, realPath))
    file->destination = realPath.str();
  else
    file->destination = path;
  if (Error err = file->openTemporary(exists ? int(status.permissions()) : -1))
    return err;
  return file;
}

Error OutputFile::openTemporary(int existingPermissions) {
  const StringRef directory = sys::path::parent_path(destination);
  std::error_code ec;
  // As many attempts as LLVM's own unique files get.
  for (int attempt = 0; attempt != 128; ++attempt) {
    SmallString<32> name;
    fs::createUniquePath(".onnc-%%%%%%%%.tmp", name, /*MakeAbsolute=*/false);
    SmallString<128> candidate = directory;
    sys::path::append(candidate, name);
    ec = fs::openFile(candidate, descriptor, fs::CD_CreateNew, fs::FA_Write,
                      fs::OF_None);
    if (ec == std::errc::file_exists)
      continue;
    if (!ec)
      temporary = candidate.str();
    break;
  }
  if (ec)
    return error("cannot create a file in '" +
                     (directory.empty() ? "." : directory.str()) + "'",
                 ec);
  sys::RemoveFileOnSignal(temporary);
  // Where that isn't permitted, a new file's permissions will do.
  if (existingPermissions != -1)
    (void)fs::setPermissions(descriptor, fs::perms(existingPermissions));
  stream = std::make_unique<raw_fd_ostream>(descriptor, /*shouldClose=*/false);
  return Error::success();
}

/// Flushes and closes the stream over the descriptor.
Error OutputFile::closeDescriptor() {
  std::error_code ec = takeError(static_cast<raw_fd_ostream &>(*stream));
  stream.reset();
  const std::error_code closeError = fs::closeFile(descriptor);
  if (ec || (ec = closeError))
    return error("cannot write", ec);
  return Error::success();
}

Error OutputFile::commitBuffer() {
  stream.reset();
  if (path == "-") {
    outs() << buffer;
    if (std::error_code ec = takeError(outs()))
      return error("cannot write", ec);
    return Error::success();
  }
  if (std::error_code ec = fs::openFile(path, descriptor, fs::CD_OpenExisting,
                                        fs::FA_Write, fs::OF_None))
    return error("cannot write", ec);
  stream = std::make_unique<raw_fd_ostream>(descriptor, /*shouldClose=*/false);
  *stream << buffer;
  return closeDescriptor();
}

Error OutputFile::commit() {
  assert(stream && "committed twice");
  if (temporary.empty())
    return commitBuffer();
  if (Error err = closeDescriptor())
    return err; // The destructor removes the file.
  if (std::error_code ec = fs::rename(temporary, destination))
    return error("cannot write", ec);
  sys::DontRemoveFileOnSignal(temporary);
  temporary.clear();
  return Error::success();
}

OutputFile::~OutputFile() {
  if (temporary.empty())
    return;
  if (stream)
    consumeError(closeDescriptor());
  (void)fs::remove(temporary);
  sys::DontRemoveFileOnSignal(temporary);
}

bool onnc::canHaveSideFile(StringRef path) {
  return path != "-" && (!fs::exists(path) || fs::is_regular_file(path));
}

Error onnc::writeOutputFile(StringRef path,
                            function_ref<Error(raw_pwrite_stream &)> write) {
  Expected<std::unique_ptr<OutputFile>> file = OutputFile::create(path);
  if (!file)
    return file.takeError();
  if (Error err = write((*file)->os()))
    return err;
  return (*file)->commit();
}
