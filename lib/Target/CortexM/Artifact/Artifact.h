//===- Artifact.h - The directory that a compiled model is ------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_CORTEXM_ARTIFACT_ARTIFACT_H
#define ONNC_TARGET_CORTEXM_ARTIFACT_ARTIFACT_H

#include "Manifest.h"
#include "llvm/Support/MemoryBufferRef.h"

namespace onnc::cortexm {

/// A manifest that was read, and where its files are.
struct Artifact {
  Manifest manifest;
  /// Absolute.
  std::string directory;

  /// The path of a source, or of the header.
  std::string getPath(llvm::StringRef file) const;

  /// Reads the manifest in \p file, whose identifier is its path. An error
  /// where it is wrong, or a source or the header isn't beside it.
  static llvm::Expected<Artifact> load(llvm::MemoryBufferRef file);
};

/// What an emitter makes: a manifest, and the text of each of its sources in
/// the order of `manifest.sources`.
struct ArtifactContents {
  Manifest manifest;
  std::vector<std::string> sources;

  /// Writes sources, header and manifest into \p directory, which is made where
  /// there is none; the manifest last, so that none stands beside sources that
  /// it doesn't describe. An error of the directory or of manifest.verify().
  llvm::Error write(llvm::StringRef directory) const;
};

} // namespace onnc::cortexm

#endif // ONNC_TARGET_CORTEXM_ARTIFACT_ARTIFACT_H
