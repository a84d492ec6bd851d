//===- TargetRegistry.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/TargetRegistry.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace onnc;

Error TargetRegistry::add(const TargetInfo &info) {
  for (const ProcessorInfo &p : info.processors)
    for (const ProcessorInfo *known : getProcessors())
      if (known->name == p.name)
        return createStringError("processor '" + p.name + "' of target '" +
                                 info.name + "' is already taken");
  targets.push_back(&info);
  return Error::success();
}

std::vector<const ProcessorInfo *> TargetRegistry::getProcessors() const {
  std::vector<const ProcessorInfo *> out;
  for (const TargetInfo *target : targets)
    for (const ProcessorInfo &p : target->processors)
      out.push_back(&p);
  return out;
}

Expected<Quadruple> TargetRegistry::parse(StringRef quadruple) const {
  return parseQuadruple(quadruple, getProcessors());
}

const TargetInfo &TargetRegistry::lookup(const Quadruple &quadruple) const {
  for (const TargetInfo *target : targets)
    for (const ProcessorInfo &p : target->processors)
      if (p.name == quadruple.processor)
        return *target;
  llvm_unreachable("a quadruple that parse() didn't make");
}

const TargetInfo *TargetRegistry::recognize(MemoryBufferRef file) const {
  for (const TargetInfo *target : targets)
    if (target->recognize && target->recognize(file))
      return target;
  return nullptr;
}

static std::string getFullName(const ProcessorInfo &p) {
  return (p.name + "-" + p.vendor + "-" + p.system + "-" + join(p.tools, "|"))
      .str();
}

void TargetRegistry::print(raw_ostream &os) const {
  size_t width = 0;
  for (const ProcessorInfo *p : getProcessors())
    width = std::max(width, getFullName(*p).size());
  for (const TargetInfo *target : targets) {
    os << target->name << ": " << target->description << '\n';
    for (const ProcessorInfo &p : target->processors)
      os << "  " << left_justify(getFullName(p), width) << "  " << p.description
         << '\n';
  }
}

namespace onnc {
#define ONNC_TARGET(NAME) const TargetInfo &get##NAME##TargetInfo();
#include "onnc/Target/Targets.def"
} // namespace onnc

void onnc::registerAllTargets(TargetRegistry &registry) {
#define ONNC_TARGET(NAME) cantFail(registry.add(get##NAME##TargetInfo()));
#include "onnc/Target/Targets.def"
}

Error onnc::loadTargetPlugin(TargetRegistry &registry, StringRef path) {
  std::string message;
  // A path without '/' would be searched for in system directories.
  std::string file = path.contains('/') ? path.str() : ("./" + path).str();
  auto library =
      sys::DynamicLibrary::getPermanentLibrary(file.c_str(), &message);
  if (!library.isValid())
    return createStringError("can't load target '" + path + "': " + message);
  void *entry = library.getAddressOfSymbol(targetPluginEntry);
  if (!entry)
    return createStringError("'" + path + "' is no target: it exports no " +
                             targetPluginEntry);
  TargetPlugin plugin = reinterpret_cast<TargetPlugin (*)()>(entry)();
  if (plugin.abi != onncTargetABI)
    return createStringError("target '" + path + "' was built for version " +
                             Twine(plugin.abi) + " of the interface, not " +
                             Twine(onncTargetABI));
  if (!plugin.info)
    return createStringError("target '" + path + "' gives no description");
  return registry.add(*plugin.info);
}
