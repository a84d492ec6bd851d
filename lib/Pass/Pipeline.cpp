//===- Pipeline.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/Pipeline.h"

using namespace llvm;
using namespace onnc;

void Pipeline::append(Pipeline other) {
  for (PipelineElement &element : other.elements)
    elements.push_back(std::move(element));
}

static void forEachPassIn(ArrayRef<PipelineElement> elements,
                          function_ref<void(const PipelineElement &)> fn) {
  for (const PipelineElement &element : elements) {
    if (element.isLoop())
      forEachPassIn(element.body, fn);
    else
      fn(element);
  }
}

void Pipeline::forEachPass(
    function_ref<void(const PipelineElement &)> fn) const {
  forEachPassIn(elements, fn);
}

static unsigned setOptionIn(MutableArrayRef<PipelineElement> elements,
                            StringRef pass, StringRef option,
                            const OptionValue &value) {
  unsigned count = 0;
  for (PipelineElement &element : elements) {
    if (element.isLoop()) {
      count += setOptionIn(element.body, pass, option, value);
      continue;
    }
    const PassInfo &info = element.pass->getInfo();
    const auto *it = find_if(
        info.options, [&](const OptionInfo &o) { return o.name == option; });
    if (info.name != pass || it == info.options.end())
      continue;
    unsigned index = it - info.options.begin();
    element.pass->setOption(index, value);
    llvm::erase_if(element.options,
                   [&](const auto &set) { return set.first == index; });
    element.options.emplace_back(index, value);
    ++count;
  }
  return count;
}

unsigned Pipeline::setOption(StringRef pass, StringRef option,
                             const OptionValue &value) {
  return setOptionIn(elements, pass, option, value);
}

static void printSettings(const PipelineElement &element, raw_ostream &os) {
  if (element.options.empty() && element.knobs.empty())
    return;
  const PassInfo &info = element.pass->getInfo();
  ListSeparator separator(" ");
  os << '{';
  for (const auto &[index, value] : element.options) {
    const OptionInfo &option = info.options[index];
    os << separator << option.name << '=';
    printOptionValue(option, value, os);
  }
  for (auto [index, value] : element.knobs)
    os << separator << info.knobs[index].name << '='
       << info.knobs[index].str(value);
  os << '}';
}

static void printElements(ArrayRef<PipelineElement> elements, raw_ostream &os) {
  interleave(
      elements, os,
      [&](const PipelineElement &e) { Pipeline::printElement(e, os); }, ",");
}

void Pipeline::printElement(const PipelineElement &element, raw_ostream &os) {
  if (!element.isLoop()) {
    os << element.pass->getName();
    printSettings(element, os);
    return;
  }
  os << loopName;
  if (element.maxIterations != defaultMaxIterations)
    os << "{max=" << element.maxIterations << '}';
  os << '(';
  printElements(element.body, os);
  os << ')';
}

void Pipeline::print(raw_ostream &os) const { printElements(elements, os); }

std::string Pipeline::str() const {
  std::string text;
  raw_string_ostream os(text);
  print(os);
  return text;
}
