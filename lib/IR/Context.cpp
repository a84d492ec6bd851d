//===- Context.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Context.h"
#include "ContextImpl.h"
#include "onnc/IR/CoreOps.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace onnc;

Context::Context() : impl(std::make_unique<ContextImpl>()) {
  registerCoreOps(*this);
}

Context::~Context() = default;

StringRef Context::intern(StringRef text) {
  std::lock_guard lock(impl->mutex);
  return impl->strings.save(text);
}

void Context::registerOps(ArrayRef<OpInfo> ops) {
  for (const OpInfo &op : ops) {
    [[maybe_unused]] auto [it, isNew] = impl->ops.try_emplace(op.name, &op);
    assert((isNew || it->second == &op) && "operator registered twice");
    if (op.onnxSince)
      impl->onnxOps[(op.onnxDomain + ":" + op.getShortName()).str()] = &op;
  }
}

const OpInfo *Context::lookupOp(StringRef name) const {
  return impl->ops.lookup(name);
}

const OpInfo *Context::lookupOnnxOp(StringRef domain, StringRef opType) const {
  if (domain == "ai.onnx")
    domain = "";
  return impl->onnxOps.lookup((domain + ":" + opType).str());
}

std::vector<const OpInfo *> Context::getOps() const {
  std::vector<const OpInfo *> out;
  for (const auto &entry : impl->ops)
    out.push_back(entry.second);
  llvm::sort(
      out, [](const OpInfo *a, const OpInfo *b) { return a->name < b->name; });
  return out;
}

StringRef Context::getNearestOpName(StringRef name) const {
  StringRef best;
  unsigned bestDistance = std::max<size_t>(2, name.size() / 4) + 1;
  for (const OpInfo *op : getOps()) {
    unsigned distance =
        name.edit_distance_insensitive(op->name, true, bestDistance);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = op->name;
    }
  }
  return best;
}

const AttrInfo *OpInfo::findAttr(StringRef attr) const {
  const AttrInfo *it =
      find_if(attributes, [&](const AttrInfo &a) { return a.name == attr; });
  return it == attributes.end() ? nullptr : it;
}

//===----------------------------------------------------------------------===//
// Locations
//===----------------------------------------------------------------------===//

static Location getLocation(Context &context, StringRef file, StringRef name,
                            unsigned line, unsigned column) {
  file = context.intern(file);
  name = context.intern(name);
  ContextImpl &impl = context.getImpl();
  std::lock_guard lock(impl.mutex);
  auto &slot = impl.locations[{file, name, line, column}];
  if (!slot)
    slot = std::make_unique<LocationStorage>(
        LocationStorage{file, name, line, column});
  return Location(slot.get());
}

Location Location::unknown(Context &context) {
  return getLocation(context, "", "", 0, 0);
}

Location Location::node(Context &context, StringRef name, StringRef file) {
  return getLocation(context, file, name, 0, 0);
}

Location Location::text(Context &context, StringRef file, unsigned line,
                        unsigned column, StringRef name) {
  return getLocation(context, file, name, line, column);
}

DiagLocation Location::toDiag() const {
  DiagLocation out;
  out.file = impl->file.str();
  out.node = impl->name.str();
  out.line = impl->line;
  out.column = impl->column;
  return out;
}
