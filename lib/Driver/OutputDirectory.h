//===- OutputDirectory.h - Outputs of several files -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_OUTPUTDIRECTORY_H
#define ONNC_DRIVER_OUTPUTDIRECTORY_H

#include "onnc/Target/TargetRegistry.h"

namespace onnc {

/// The path of the file in \p directory, a target's output, that describes the
/// others and that some target recognizes: the one to load. An error where
/// there is none, or several.
llvm::Expected<std::string> findManifest(llvm::StringRef directory,
                                         const TargetRegistry &targets);

} // namespace onnc

#endif // ONNC_DRIVER_OUTPUTDIRECTORY_H
