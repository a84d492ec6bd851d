//===- Quadruple.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/Quadruple.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

using namespace llvm;
using namespace onnc;

static const ProcessorInfo *
findProcessor(StringRef text, ArrayRef<const ProcessorInfo *> processors) {
  const ProcessorInfo *best = nullptr;
  for (const ProcessorInfo *p : processors) {
    StringRef rest = text;
    bool matches =
        rest.consume_front(p->name) && (rest.empty() || rest.starts_with("-"));
    if (matches && (!best || p->name.size() > best->name.size()))
      best = p;
  }
  return best;
}

static Error unknownProcessor(StringRef text,
                              ArrayRef<const ProcessorInfo *> processors) {
  StringRef nearest;
  size_t best = 4;
  for (const ProcessorInfo *p : processors) {
    // The user may have written more than the processor's name.
    for (StringRef attempt : {text, text.split('-').first}) {
      size_t distance = attempt.edit_distance_insensitive(p->name);
      // Some letter must stay where it is.
      if (distance < best &&
          distance < std::max(attempt.size(), p->name.size())) {
        best = distance;
        nearest = p->name;
      }
    }
  }
  std::string message = ("unknown processor in quadruple '" + text + "'").str();
  if (!nearest.empty())
    message += ("; did you mean '" + nearest + "'?").str();
  else
    message += "; --list-targets shows the known ones";
  return createStringError(message);
}

std::string Quadruple::str() const {
  std::string out = processor + "-" + vendor + "-" + system + "-" + tool;
  for (const auto &[name, value] : attributes)
    out += "+" + name + "=" + value;
  return out;
}

StringRef Quadruple::getAttribute(StringRef wanted) const {
  for (const auto &[name, value] : attributes)
    if (name == wanted)
      return value;
  return "";
}

/// Appends \p text, "name=value+name=value", to the attributes of \p quadruple.
static Error parseAttributes(StringRef text, const ProcessorInfo &processor,
                             Quadruple &quadruple) {
  SmallVector<StringRef, 4> parts;
  text.split(parts, '+');
  for (StringRef part : parts) {
    auto [name, value] = part.split('=');
    if (processor.attributes.empty())
      return createStringError("processor '" + processor.name +
                               "' has no attributes, so not '+" + part + "'");
    if (!is_contained(processor.attributes, name))
      return createStringError(
          "no attribute '" + name + "' for processor '" + processor.name +
          "'; there is: " + join(processor.attributes, ", "));
    if (value.empty())
      return createStringError("attribute '" + name + "' has no value; write " +
                               name + "=…");
    if (!quadruple.getAttribute(name).empty())
      return createStringError("attribute '" + name + "' is given twice");
    quadruple.attributes.push_back({name.str(), value.str()});
  }
  return Error::success();
}

Expected<Quadruple>
onnc::parseQuadruple(StringRef whole,
                     ArrayRef<const ProcessorInfo *> processors) {
  auto [text, attributes] = whole.split('+');
  const ProcessorInfo *processor = findProcessor(text, processors);
  if (!processor)
    return unknownProcessor(text, processors);
  Quadruple out{processor->name.str(), processor->vendor.str(),
                processor->system.str(), processor->tools.front().str()};
  if (whole.contains('+'))
    if (Error error = parseAttributes(attributes, *processor, out))
      return error;
  StringRef rest = text.drop_front(processor->name.size());
  if (!rest.consume_front("-"))
    return out;
  SmallVector<StringRef, 4> parts;
  rest.split(parts, '-');
  std::string *fields[] = {&out.vendor, &out.system, &out.tool};
  if (parts.size() > std::size(fields))
    return createStringError("quadruple '" + text + "' has more than the " +
                             "parts processor-vendor-system-tool");
  for (auto [field, part] : zip(fields, parts)) {
    if (part.empty())
      return createStringError("quadruple '" + text + "' has an empty part");
    *field = part.str();
  }
  if (!is_contained(processor->tools, StringRef(out.tool)))
    return createStringError("no tool '" + out.tool + "' for processor '" +
                             out.processor +
                             "'; there is: " + join(processor->tools, ", "));
  return out;
}
