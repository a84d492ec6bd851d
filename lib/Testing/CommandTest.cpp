//===- CommandTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Testing/CommandTest.h"
#include "onnc/IR/AsmPrinter.h"
#include "onnc/IR/Context.h"
#include "onnc/Support/OutputFile.h"
#include "onnc/Support/TemporaryDirectory.h"
#include "onnc/Testing/Reducer.h"
#include "llvm/Support/Program.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

static Error writeText(const Module &module, StringRef path) {
  return writeOutputFile(path, [&](raw_pwrite_stream &os) {
    printModule(module, os);
    return Error::success();
  });
}

static unsigned countOperations(const Graph &graph) {
  return std::distance(graph.getBody().getOps().begin(),
                       graph.getBody().getOps().end());
}

LogicalResult smith::reduceByCommand(const Module &module,
                                     const CommandTestOptions &options,
                                     raw_ostream &os) {
  DiagnosticEngine &diagnostics = module.getContext().getDiagnostics();
  if (!module.getMain())
    return diagnostics.error(DiagID::CommandLine)
           << "there is no graph 'main' to reduce";
  auto created = TemporaryDirectory::create("onnc-reduce");
  if (!created)
    return reportError(diagnostics, DiagID::InputOutput, created.takeError());
  const std::string path = (*created)->getPath("candidate.onncir");
  std::string command = options.command;
  if (size_t at = command.find("%s"); at != std::string::npos)
    command.replace(at, 2, path);
  else
    command += " " + path;

  InterestingFn isInteresting = [&](Module &candidate) {
    if (Error error = writeText(candidate, path)) {
      consumeError(std::move(error));
      return false;
    }
    std::optional<StringRef> redirects[] = {StringRef(), StringRef(),
                                            StringRef()};
    return sys::ExecuteAndWait("/bin/sh", {"/bin/sh", "-c", command},
                               /*Env=*/std::nullopt, redirects,
                               options.timeLimit) == 0;
  };
  auto original = module.clone();
  if (!isInteresting(*original))
    return diagnostics.error(DiagID::CommandLine)
           << "the model isn't interesting to begin with: '" << options.command
           << "' doesn't end with status 0";
  ReductionStatistics statistics;
  auto reduced = reduceModule(module, isInteresting, statistics);
  if (failed(reportError(diagnostics, DiagID::InputOutput,
                         writeText(*reduced, options.output))))
    return failure();
  os << "reduced from " << countOperations(*module.getMain()) << " to "
     << countOperations(*reduced->getMain()) << " operations in "
     << statistics.tried << " tries, " << statistics.kept << " kept\n";
  return success();
}
