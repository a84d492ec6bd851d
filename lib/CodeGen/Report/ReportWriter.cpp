//===- ReportWriter.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/Report.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace onnc;

/// The page, with a mark where the report goes.
static constexpr StringLiteral page =
#include "onnc/CodeGen/ReportPage.inc"
    ;
static constexpr StringLiteral mark = "@REPORT@";

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

static StringRef getName(ReportBuffer::Role role) {
  switch (role) {
  case ReportBuffer::Role::Input:
    return "input";
  case ReportBuffer::Role::Constant:
    return "constant";
  case ReportBuffer::Role::Tensor:
    return "tensor";
  case ReportBuffer::Role::Output:
    return "output";
  case ReportBuffer::Role::Scratch:
    return "scratch";
  }
  llvm_unreachable("no such role");
}

/// Names come from models, which hold any bytes.
static json::Value text(StringRef s) { return json::fixUTF8(s); }
static json::Value texts(ArrayRef<std::string> list) {
  json::Array array;
  for (const std::string &s : list)
    array.push_back(text(s));
  return array;
}
static json::Value number(std::optional<int64_t> value) {
  return value ? json::Value(*value) : json::Value(nullptr);
}

static json::Value toJSON(const ReportMemory &memory) {
  return json::Object{{"name", text(memory.name)},
                      {"capacity", memory.capacity},
                      {"per_core", memory.perCore},
                      {"size", memory.usage.size},
                      {"persistent", memory.usage.persistent},
                      {"peak", memory.usage.peak},
                      {"lower_bound", memory.usage.lowerBound},
                      {"live", json::Array(memory.live)}};
}

static json::Value toJSON(const ReportBuffer &buffer) {
  json::Object object{
      {"name", text(buffer.name)},       {"type", text(buffer.type)},
      {"role", getName(buffer.role)},    {"memory", text(buffer.memory)},
      {"offset", number(buffer.offset)}, {"size", buffer.size},
      {"instances", buffer.instances}};
  if (buffer.lifespan) {
    object["from"] = double(buffer.lifespan->lower) + buffer.startsLate;
    object["to"] = double(buffer.lifespan->upper) - buffer.endsEarly;
  }
  return object;
}

static json::Value toJSON(const ReportKernel &kernel) {
  return json::Object{{"name", text(kernel.name)},
                      {"operators", texts(kernel.operators)},
                      {"kind", text(kernel.kind)},
                      {"iterations", kernel.iterations}};
}

static json::Value toJSON(const ReportBlock &block) {
  return json::Object{{"name", text(block.name)},
                      {"layers", texts(block.layers)},
                      {"kernels", json::Array(block.kernels)},
                      {"kind", text(block.kind)},
                      {"cores", block.cores},
                      {"tile", json::Array(block.tile)},
                      {"split", json::Array(block.split)},
                      {"reduction", json::Array(block.reduction)},
                      {"inputs", json::Array(block.inputs)},
                      {"outputs", json::Array(block.outputs)},
                      {"tiles", block.tiles},
                      {"loaded", block.loaded},
                      {"stored", block.stored},
                      {"cycles", number(block.cycles)},
                      {"measured", number(block.measured)}};
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

void Report::writeJSON(raw_ostream &os) const {
  json::OStream out(os, /*IndentSize=*/1);
  // An entry a line.
  auto list = [&](StringRef name, const auto &entries) {
    out.attributeArray(name, [&] {
      for (const auto &entry : entries)
        out.rawValue([&](raw_ostream &line) { line << toJSON(entry); });
    });
  };
  out.object([&] {
    out.attribute("format", "onnc-report");
    out.attribute("version", 1);
    out.attribute("model", text(model));
    out.attribute("quadruple", text(quadruple));
    out.attribute("unit", text(unit));
    out.attribute("cores", cores);
    out.attribute("hertz", hertz);
    list("memories", memories);
    list("buffers", buffers);
    list("kernels", kernels);
    list("blocks", blocks);
  });
  os << '\n';
}

void Report::writeHTML(raw_ostream &os) const {
  std::string data;
  raw_string_ostream stream(data);
  writeJSON(stream);
  auto [head, tail] = page.split(mark);
  os << head;
  // Within <script> nothing that a model is called may end the element.
  for (char c : data)
    if (c == '<')
      os << "\\u003c";
    else
      os << c;
  os << tail;
}
