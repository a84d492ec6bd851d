//===- PassTiming.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/Instrumentations.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include <chrono>

using namespace llvm;
using namespace onnc;

namespace {

using Clock = std::chrono::steady_clock;

/// Everything of one name beneath one parent, in the order of first runs.
struct TimingNode {
  std::string name;
  unsigned runs = 0;
  double seconds = 0;
  std::vector<std::unique_ptr<TimingNode>> children;

  TimingNode &child(StringRef childName) {
    for (auto &c : children)
      if (c->name == childName)
        return *c;
    children.push_back(std::make_unique<TimingNode>());
    children.back()->name = childName.str();
    return *children.back();
  }
};

class PassTiming : public PassInstrumentation {
public:
  PassTiming(raw_ostream &os, ReportFormat format) : os(os), format(format) {}

  void beforePipeline(const Pipeline &, Module &) override {
    root = TimingNode();
    root.name = "total";
    open.clear();
    begin(root);
  }
  void afterPipeline(Module &) override;

  void beforePass(const PassExecution &execution, Module &) override {
    begin(root.child(execution.getPass().getName()));
  }
  Action afterPass(const PassExecution &, Module &, bool) override {
    end();
    return Action::Continue;
  }
  void afterFailedPass(const PassExecution &, Module &) override { end(); }

  void beforeAnalysis(const AnalysisKey &key) override {
    begin(open.back().node->child(key.name));
  }
  void afterAnalysis(const AnalysisKey &) override { end(); }

private:
  struct Open {
    TimingNode *node;
    Clock::time_point since;
  };

  void begin(TimingNode &node) { open.push_back({&node, Clock::now()}); }
  void end() {
    Open last = open.pop_back_val();
    ++last.node->runs;
    last.node->seconds +=
        std::chrono::duration<double>(Clock::now() - last.since).count();
  }
  void printRow(const TimingNode &node, unsigned depth);
  json::Object toJson(const TimingNode &node, StringRef childrenKey);

  raw_ostream &os;
  ReportFormat format;
  TimingNode root;
  SmallVector<Open, 8> open;
};

} // namespace

void PassTiming::printRow(const TimingNode &node, unsigned depth) {
  double share = root.seconds > 0 ? 100 * node.seconds / root.seconds : 0;
  os << format_decimal(node.runs, 6) << llvm::format("%12.6f", node.seconds)
     << llvm::format("%7.1f", share) << "  ";
  os.indent(2 * depth) << node.name << '\n';
  for (const auto &child : node.children)
    printRow(*child, depth + 1);
}

json::Object PassTiming::toJson(const TimingNode &node, StringRef childrenKey) {
  json::Object out{
      {"name", node.name}, {"runs", node.runs}, {"seconds", node.seconds}};
  if (!node.children.empty()) {
    json::Array children;
    for (const auto &child : node.children)
      children.push_back(toJson(*child, "analyses"));
    out[childrenKey] = std::move(children);
  }
  return out;
}

void PassTiming::afterPipeline(Module &) {
  end();
  if (format == ReportFormat::Json) {
    os << formatv("{0:2}", json::Value(toJson(root, "passes"))) << '\n';
    return;
  }
  os << "pass timing (wall time; analyses are indented beneath what asked "
        "first)\n"
        "  runs     seconds      %  name\n";
  printRow(root, 0);
}

std::unique_ptr<PassInstrumentation>
onnc::createPassTiming(raw_ostream &os, ReportFormat format) {
  return std::make_unique<PassTiming>(os, format);
}
