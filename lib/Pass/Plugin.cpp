//===- Plugin.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/Plugin.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace onnc;

Error onnc::loadPassPlugin(StringRef path, PassRegistry &registry,
                           Context &context) {
  // dlopen searches the system's directories for a name without a slash.
  std::string file = path.str();
  if (!sys::path::has_parent_path(file))
    file = "./" + file;
  std::string message;
  auto library =
      sys::DynamicLibrary::getPermanentLibrary(file.c_str(), &message);
  if (!library.isValid())
    return createStringError("the plugin can't be loaded: " + message);

  auto *entry = reinterpret_cast<const PassPluginInfo *(*)()>(
      library.getAddressOfSymbol("onncGetPassPlugin"));
  if (!entry)
    return createStringError("'" + path +
                             "' is no plugin: it has no function "
                             "onncGetPassPlugin");
  const PassPluginInfo &info = *entry();
  if (info.abiVersion != ONNC_PASS_PLUGIN_ABI)
    return createStringError("the plugin '" + path +
                             "' was built for ABI version " +
                             Twine(info.abiVersion) + ", this is version " +
                             Twine(ONNC_PASS_PLUGIN_ABI));
  if (info.registerOps)
    info.registerOps(context);
  return info.registerPasses(registry);
}
