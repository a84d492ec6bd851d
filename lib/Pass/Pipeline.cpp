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
