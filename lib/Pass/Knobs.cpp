//===- Knobs.cpp ----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/Knobs.h"
#include "onnc/Pass/PassRegistry.h"

using namespace llvm;
using namespace onnc;

int64_t KnobSettings::get(const PassInfo &pass, const KnobInfo &knob) const {
  auto it = values.find({pass.name.str(), knob.name.str()});
  return it == values.end() ? knob.defaultValue : it->second;
}

bool KnobSettings::isSet(StringRef pass, StringRef knob) const {
  return values.count({pass.str(), knob.str()});
}

void KnobSettings::set(StringRef pass, const KnobInfo &knob, int64_t value) {
  assert(knob.contains(value) && "value outside the knob's domain");
  values[{pass.str(), knob.name.str()}] = value;
}

Error KnobSettings::parse(StringRef text, const PassRegistry &registry) {
  auto [path, value] = text.split('=');
  auto [passName, knobName] = path.split('.');
  if (passName.empty() || knobName.empty() || value.empty())
    return createStringError("expected 'pass.knob=value', got '" + text + "'");
  const PassRegistry::Entry *entry = registry.lookup(passName);
  if (!entry)
    return createStringError("unknown pass '" + passName + "'" +
                             didYouMean(passName, registry.getNames()));
  const KnobInfo *knob = entry->info->findKnob(knobName);
  if (!knob) {
    std::vector<StringRef> names;
    for (const KnobInfo &k : entry->info->knobs)
      names.push_back(k.name);
    return createStringError("pass '" + passName + "' has no knob '" +
                             knobName + "'" + didYouMean(knobName, names));
  }
  Expected<int64_t> number = knob->parse(value);
  if (!number)
    return createStringError("knob '" + path +
                             "': " + toString(number.takeError()));
  set(passName, *knob, *number);
  return Error::success();
}

Expected<int64_t> KnobSettings::tighten(const PassInfo &pass,
                                        const KnobInfo &knob,
                                        const KnobHint &hint) {
  std::string path = (pass.name + "." + knob.name).str();
  bool down = knob.tighten == TightenDirection::Down;
  int64_t now = get(pass, knob);
  int64_t end = down ? knob.min : knob.max;
  if (now == end)
    return createStringError("knob '" + path + "' is already at its " +
                             (down ? "lowest" : "highest") + " value, " +
                             knob.str(now));
  int64_t next = now + (down ? -knob.step : knob.step);
  if (hint.limit) {
    int64_t limit = *hint.limit;
    if (down ? limit < knob.min : limit > knob.max)
      return createStringError("knob '" + path + "' would have to go to " +
                               std::to_string(limit) + ", outside " +
                               knob.domainStr());
    if (down ? limit >= now : limit <= now)
      return createStringError("the hint leaves knob '" + path + "' at " +
                               knob.str(now) + ": it isn't tighter");
    // Inside the domain now; a value between two steps takes the stricter.
    int64_t rest = (limit - knob.min) % knob.step;
    next = limit - rest + (down || rest == 0 ? 0 : knob.step);
  }
  set(pass.name, knob, next);
  return next;
}

std::vector<std::string>
KnobSettings::list(const PassRegistry &registry) const {
  std::vector<std::string> out;
  for (const auto &[path, value] : values) {
    const PassRegistry::Entry *entry = registry.lookup(path.first);
    const KnobInfo *knob = entry ? entry->info->findKnob(path.second) : nullptr;
    if (knob)
      out.push_back(path.first + "." + path.second + "=" + knob->str(value));
  }
  return out;
}
