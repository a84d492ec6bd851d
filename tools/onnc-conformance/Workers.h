//===- Workers.h - Each test in a process of its own ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A compiled program that crashes or never ends is a failure of its test, and
/// none of the tests behind it. Children are forks, so that libraries are
/// loaded and relocated once; one costs about a millisecond.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TOOLS_CONFORMANCE_WORKERS_H
#define ONNC_TOOLS_CONFORMANCE_WORKERS_H

#include "NodeTest.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace onnc {

struct WorkerOptions {
  /// Processes at a time, at least 1.
  unsigned jobs = 1;
  /// Seconds after which a test is killed, with all that it has started.
  unsigned timeLimit = 120;
};

/// Calls \p run for each number below \p numTests, in a child process, and
/// returns the results in order. This process must have no threads. Where a
/// child ends otherwise than by returning from \p run, its test failed, and the
/// reason is the signal, exit status or time-out with the first line that it
/// wrote to standard error. An error where no process can be started.
llvm::Expected<std::vector<TestResult>>
runInProcesses(size_t numTests, const WorkerOptions &options,
               llvm::function_ref<TestResult(size_t)> run);

} // namespace onnc

#endif // ONNC_TOOLS_CONFORMANCE_WORKERS_H
