//===- Campaign.h - Checking many models ------------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What onnc-smith does: makes or reads models and checks each in a process of
/// its own, so that a crash or a hang is a finding like any other.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TESTING_CAMPAIGN_H
#define ONNC_TESTING_CAMPAIGN_H

#include "onnc/Testing/Checks.h"
#include "onnc/Testing/ModelGenerator.h"

namespace onnc::smith {

struct CampaignOptions {
  /// The first model's seed is the generator's, the others' follow.
  GeneratorOptions generator;
  unsigned count = 1;
  /// Make models only of what all targets run.
  bool supported = false;
  /// Make models only of what this operator set of ai.onnx has; 0: the newest.
  int64_t opset = 0;
  /// Check these instead of making any.
  std::vector<std::string> models;
  CheckOptions checks;
  /// Seconds that one model may take with all its checks.
  unsigned timeLimit = 60;
  /// The directory for modules with findings, as text; empty: none are kept.
  std::string keep;
  /// Also tell what is refused.
  bool verbose = false;

  /// This program, and its arguments but for those that choose the models: how
  /// a process for one of them is started.
  std::string program;
  std::vector<std::string> arguments;
};

/// Checks all models. A line for each finding and a table of all checks go to
/// \p os. Fails where there was a finding, or with errors reported.
LogicalResult runCampaign(Context &context, const CampaignOptions &options,
                          llvm::raw_ostream &os);

/// What the process for one model does: the first of \p options. Writes lines
/// for runCampaign to \p os.
LogicalResult runOneModel(Context &context, const TargetRegistry &targets,
                          const CampaignOptions &options,
                          llvm::raw_ostream &os);

/// Writes each model to \p directory: smith<seed>.onnx (.onncir where ONNX
/// can't express it), in the operator set of \p options, its inputs and the
/// interpreter's outputs beside it as smith<seed>.<name>.npy.
LogicalResult writeModels(Context &context, const CampaignOptions &options,
                          llvm::StringRef directory);

} // namespace onnc::smith

#endif // ONNC_TESTING_CAMPAIGN_H
