//===- History.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Upgrade.h"
#include "onnc/Import/ONNX/Import.h"
#include "onnc/Import/ONNX/OperatorHistory.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

static OperatorVersions getVersions(const OpInfo &info, StringRef name,
                                    int last) {
  OperatorVersions versions{name, getFirstVersion(name, info), last, {}};
  for (const UpgradeStep *step : getSteps(info.onnxDomain, name)) {
    // Beyond the last stands what makes it the operator of the new name.
    if (step->version > last)
      continue;
    if (step->upgrade)
      versions.conversions.push_back(step->version);
    else
      versions.first = step->version;
  }
  auto &conversions = versions.conversions;
  erase_if(conversions, [&](int version) { return version <= versions.first; });
  conversions.erase(llvm::unique(conversions), conversions.end());
  return versions;
}

SmallVector<OperatorVersions, 1> onnc::getOperatorHistory(const OpInfo &info) {
  assert(info.onnxSince && "not an operator of ONNX");
  const StringRef domain = info.onnxDomain;
  // Sets whose versions the importer doesn't bound have had one so far.
  const int newest = domain.empty()           ? newestOnnxOpset
                     : domain == "ai.onnx.ml" ? newestOnnxMlOpset
                                              : info.onnxSince;
  SmallVector<OperatorVersions, 1> history = {
      getVersions(info, info.getShortName(), newest)};
  for (const Renaming &renaming : getRenamings())
    if (domain.empty() && renaming.newName == info.getShortName())
      history.push_back(getVersions(info, renaming.oldName, renaming.last));
  return history;
}
