//===- PassRegistry.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/PassRegistry.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace onnc;

Pass::~Pass() = default;

static bool isBefore(const PassRegistry::Entry &entry, StringRef name) {
  return entry.info->name < name;
}

Error PassRegistry::add(const PassInfo &info, Factory create) {
  auto it = llvm::lower_bound(passes, info.name, isBefore);
  if (it != passes.end() && it->info->name == info.name) {
    if (it->info == &info)
      return Error::success();
    return createStringError("two passes have the name '" + info.name + "'");
  }
  passes.insert(it, {&info, std::move(create)});
  return Error::success();
}

const PassRegistry::Entry *PassRegistry::lookup(StringRef name) const {
  auto it = llvm::lower_bound(passes, name, isBefore);
  return it != passes.end() && it->info->name == name ? &*it : nullptr;
}

std::vector<StringRef> PassRegistry::getNames() const {
  std::vector<StringRef> names;
  for (const Entry &entry : passes)
    names.push_back(entry.info->name);
  return names;
}

void PassRegistry::printPasses(raw_ostream &os) const {
  size_t width = 0;
  for (const Entry &entry : passes)
    width = std::max(width, entry.info->name.size());
  for (const Entry &entry : passes)
    os << left_justify(entry.info->name, width + 2) << entry.info->summary
       << '\n';
}

void PassRegistry::printKnobs(raw_ostream &os) const {
  for (const Entry &entry : passes)
    for (const KnobInfo &knob : entry.info->knobs)
      os << entry.info->name << '.' << knob.name << " = "
         << knob.str(knob.defaultValue) << " of " << knob.domainStr() << ": "
         << knob.help << '\n';
}
