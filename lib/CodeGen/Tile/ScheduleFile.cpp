//===- ScheduleFile.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/ScheduleFile.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace onnc;

std::string onnc::getLayerName(const Operation &call) {
  if (!call.getLoc().getName().empty())
    return call.getLoc().getName().str();
  return call.getNumResults() ? call.getResult()->getName().str() : "";
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

// In the namespace of its type, where json::ObjectMapper looks for it.
namespace onnc {
static bool fromJSON(const json::Value &value, BlockSchedule &block,
                     json::Path path) {
  json::ObjectMapper map(value, path);
  if (!map || !map.mapOptional("name", block.name) ||
      !map.map("layers", block.layers) ||
      !map.mapOptional("model_parallelism", block.modelParallelism) ||
      !map.mapOptional("tile", block.tile) ||
      !map.mapOptional("split", block.split) ||
      !map.mapOptional("reduction", block.reduction))
    return false;
  for (const auto &entry : *value.getAsObject())
    if (!is_contained({"name", "layers", "model_parallelism", "tile", "split",
                       "reduction"},
                      StringRef(entry.first))) {
      path.field(entry.first).report("no such property");
      return false;
    }
  auto positive = [&](StringRef name, ArrayRef<int64_t> sizes) {
    for (auto [i, size] : enumerate(sizes))
      if (size < 1) {
        path.field(name).index(i).report("must be at least 1");
        return false;
      }
    return true;
  };
  if (block.layers.empty()) {
    path.field("layers").report("names no layer");
    return false;
  }
  if (block.modelParallelism < 0) {
    path.field("model_parallelism").report("must be at least 1");
    return false;
  }
  return positive("tile", block.tile) && positive("split", block.split) &&
         positive("reduction", block.reduction);
}
} // namespace onnc

Expected<std::vector<BlockSchedule>> onnc::parseSchedule(StringRef text) {
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return value.takeError();
  std::vector<BlockSchedule> blocks;
  json::Path::Root root("schedule");
  json::ObjectMapper map(*value, root);
  if (!map || !map.map("blocks", blocks))
    return root.getError();
  return blocks;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

std::vector<BlockSchedule> onnc::getSchedule(const Graph &graph) {
  std::vector<BlockSchedule> blocks;
  for (Operation &op : const_cast<Graph &>(graph).getBody().getOps()) {
    tile::BlockOp block = dyn_cast<tile::BlockOp>(op);
    if (!block)
      continue;
    BlockSchedule &out = blocks.emplace_back();
    out.name = block.getName().str();
    if (auto layers = op.getAttrOfType<StringsAttr>("layers"))
      out.layers = layers.getValue().vec();
    out.modelParallelism = block.getModelParallelism();
    llvm::append_range(out.tile, block.getTile());
    llvm::append_range(out.split, block.getSplit());
    llvm::append_range(out.reduction, block.getReduction());
  }
  return blocks;
}

void onnc::writeSchedule(ArrayRef<BlockSchedule> blocks, raw_ostream &os) {
  json::OStream out(os, /*IndentSize=*/2);
  // json::OStream gives every element a line of its own; here lists are short.
  auto list = [&](StringRef name, auto &&values, auto print) {
    if (values.empty())
      return;
    std::string text;
    raw_string_ostream line(text);
    line << '[';
    interleaveComma(values, line, print(line));
    line << ']';
    out.attributeBegin(name);
    out.rawValue(text);
    out.attributeEnd();
  };
  auto number = [](raw_ostream &line) {
    return [&line](int64_t value) { line << value; };
  };
  auto quoted = [](raw_ostream &line) {
    return [&line](const std::string &text) { line << json::Value(text); };
  };
  out.object([&] {
    out.attributeArray("blocks", [&] {
      for (const BlockSchedule &block : blocks)
        out.object([&] {
          if (!block.name.empty())
            out.attribute("name", block.name);
          list("layers", block.layers, quoted);
          if (block.modelParallelism)
            out.attribute("model_parallelism", block.modelParallelism);
          list("tile", block.tile, number);
          list("split", block.split, number);
          list("reduction", block.reduction, number);
        });
    });
  });
  os << '\n';
}
