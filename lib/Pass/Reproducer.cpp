//===- Reproducer.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/Reproducer.h"
#include "onnc/IR/AsmPrinter.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/PrettyStackTrace.h"

using namespace llvm;
using namespace onnc;

static constexpr StringLiteral firstLine = "// onnc-reproducer 1";

//===----------------------------------------------------------------------===//
// The comments
//===----------------------------------------------------------------------===//

std::string Reproducer::str() const {
  std::string out = (firstLine + "\n").str();
  auto field = [&](StringRef name, StringRef value) {
    if (value.empty())
      return;
    out += ("// " + name + ": " + value + "\n").str();
  };
  field("reason", reason);
  field("passes", passes);
  field("knobs", join(knobs, " "));
  field("verify",
        (Twine(verifyEach ? "each " : "") + (verifyAnalyses ? "analyses" : ""))
            .str());
  return out;
}

std::optional<Reproducer> Reproducer::parse(StringRef text) {
  auto [first, rest] = text.split('\n');
  if (first.rtrim() != firstLine)
    return std::nullopt;
  Reproducer out;
  while (rest.consume_front("// ")) {
    auto [line, next] = rest.split('\n');
    auto [name, value] = line.rtrim("\r").split(": ");
    rest = next;
    if (name == "reason")
      out.reason = value.str();
    else if (name == "passes")
      out.passes = value.str();
    else if (name == "knobs")
      for (StringRef knob : split(value, ' '))
        out.knobs.push_back(knob.str());
    else if (name == "verify") {
      out.verifyEach = value.contains("each");
      out.verifyAnalyses = value.contains("analyses");
    }
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Recording
//===----------------------------------------------------------------------===//

namespace {

/// Keeps what a reproducer will need: clones, which share their constants.
class Recorder : public PassInstrumentation {
public:
  explicit Recorder(PassManager &manager) : manager(manager) {}

  void beforePipeline(const Pipeline &p, Module &module) override {
    pipeline = &p;
    input = module.clone();
  }
  void beforePass(const PassExecution &execution, Module &module) override {
    element = &execution.element;
    beforeElement = module.clone();
    elementKnobs = manager.getKnobs().list(manager.getRegistry());
  }

  /// \p what happened to the pass: "crashed".
  Error write(const ReproducerOptions &options, StringRef what,
              std::string &path);
  void setInputKnobs(std::vector<std::string> knobs) {
    inputKnobs = std::move(knobs);
  }
  bool hasBegun() const { return input != nullptr; }

private:
  bool standsAlone(StringRef text) const;

  PassManager &manager;
  const Pipeline *pipeline = nullptr;
  std::unique_ptr<Module> input;
  std::vector<std::string> inputKnobs;
  const PipelineElement *element = nullptr;
  std::unique_ptr<Module> beforeElement;
  std::vector<std::string> elementKnobs;
};

} // namespace

/// Whether the pass alone would be accepted and fail in the same way: it needs
/// no pass before it, and nothing to return to.
bool Recorder::standsAlone(StringRef text) const {
  if (!element->pass->getInfo().retryPoints.empty())
    return false;
  DiagnosticEngine ignored;
  ignored.setHandler([](const Diagnostic &) {});
  auto alone = Pipeline::parse(text, manager.getRegistry(), ignored);
  return alone && succeeded(alone->check(beforeElement->getProperties(),
                                         manager.getRegistry(), ignored));
}

Error Recorder::write(const ReproducerOptions &options, StringRef what,
                      std::string &path) {
  Reproducer out;
  out.verifyEach = options.verifyEach;
  out.verifyAnalyses = options.verifyAnalyses;
  const Module *module = input.get();
  out.passes = pipeline->str();
  out.knobs = inputKnobs;
  out.reason = ("the pipeline " + what).str();
  if (element) {
    out.reason = ("pass '" + element->pass->getName() + "' " + what).str();
    std::string text;
    raw_string_ostream os(text);
    Pipeline::printElement(*element, os);
    if (standsAlone(text)) {
      module = beforeElement.get();
      out.passes = text;
      out.knobs = elementKnobs;
    }
  }
  path = options.path;
  if (path.empty()) {
    SmallString<128> unique;
    if (std::error_code ec =
            sys::fs::createTemporaryFile("onnc-crash", "onncir", unique))
      return createFileError("onnc-crash", ec);
    path = unique.str();
  }
  return writeModuleFile(*module, path, out.str());
}

LogicalResult onnc::runWithReproducer(PassManager &manager,
                                      const Pipeline &pipeline, Module &module,
                                      const ReproducerOptions &options) {
  auto owned = std::make_unique<Recorder>(manager);
  Recorder &recorder = *owned;
  recorder.setInputKnobs(manager.getKnobs().list(manager.getRegistry()));
  manager.addInstrumentation(std::move(owned));

  auto report = [&](StringRef what) {
    std::string path;
    if (Error e = recorder.write(options, what, path))
      errs() << "error: no reproducer was written: " << toString(std::move(e))
             << '\n';
    else
      errs() << "note: the pipeline " << what << "; onnc-opt --run-reproducer '"
             << path << "' repeats it\n";
  };

  setBugReportMsg("this is a bug in onnc; please report it\n");
  LogicalResult result = failure();
  CrashRecoveryContext::Enable();
  CrashRecoveryContext recovery;
  recovery.DumpStackAndCleanupOnFailure = true;
  bool ran =
      recovery.RunSafely([&] { result = manager.run(pipeline, module); });
  CrashRecoveryContext::Disable();
  if (!ran) {
    // The diagnostic engine may be locked, its handler gone: plain output.
    if (recorder.hasBegun())
      report("crashed");
    CrashRecoveryContext::throwIfCrash(recovery.RetCode);
    return failure();
  }
  if (failed(result) && !options.path.empty() && recorder.hasBegun())
    report("failed");
  return result;
}
