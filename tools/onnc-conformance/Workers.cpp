//===- Workers.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Workers.h"
#include "onnc/Support/TemporaryDirectory.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Signals.h"
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;
using namespace onnc;

using Clock = std::chrono::steady_clock;

//===----------------------------------------------------------------------===//
// How a child tells its result: outcome, cause, reason, operators, a line each,
// and an empty line, without which the result isn't whole.
//===----------------------------------------------------------------------===//

static std::string makeLine(StringRef text) {
  std::string line = text.str();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line + '\n';
}

static std::string encode(const TestResult &result) {
  std::string text =
      std::to_string(static_cast<unsigned>(result.outcome)) + '\n';
  text += makeLine(result.cause) + makeLine(result.reason);
  for (const std::string &name : result.operators)
    text += makeLine(name);
  return text + '\n';
}

static std::optional<TestResult> decode(StringRef text) {
  unsigned outcome;
  auto [first, rest] = text.split('\n');
  if (!text.ends_with("\n\n") || first.getAsInteger(10, outcome))
    return std::nullopt;
  TestResult result{static_cast<Outcome>(outcome), ""};
  StringRef cause, reason;
  std::tie(cause, rest) = rest.split('\n');
  std::tie(reason, rest) = rest.split('\n');
  result.cause = cause.str();
  result.reason = reason.str();
  for (StringRef name : split(rest.drop_back(1).rtrim('\n'), '\n'))
    if (!name.empty())
      result.operators.push_back(name.str());
  return result;
}

//===----------------------------------------------------------------------===//
// Processes
//===----------------------------------------------------------------------===//

namespace {

/// A child and the end of the pipe that it writes its result to.
struct Worker {
  size_t test;
  pid_t pid;
  int pipe;
  Clock::time_point deadline;
  /// Where its standard output and error go.
  std::string log;
  std::string text = {};
};

class WorkerPool {
public:
  WorkerPool(size_t numTests, const WorkerOptions &options,
             function_ref<TestResult(size_t)> run)
      : options(options), run(run), results(numTests) {}
  ~WorkerPool();
  Expected<std::vector<TestResult>> runAll();

private:
  Error start(size_t test);
  [[noreturn]] void runChild(size_t test, int pipe, const std::string &log);
  /// Waits until a child writes or ends, or its time is over.
  Error wait();
  bool readSome(Worker &worker);
  void finish(Worker &worker, bool timedOut);

  const WorkerOptions &options;
  function_ref<TestResult(size_t)> run;
  std::vector<TestResult> results;
  std::vector<Worker> workers;
  /// Of all children: what those that were killed leave behind goes with it.
  std::unique_ptr<TemporaryDirectory> scratch;
};

} // namespace

static Error makeError(const Twine &what) {
  return createStringError(std::error_code(errno, std::generic_category()),
                           what + ": " + sys::StrError());
}

WorkerPool::~WorkerPool() {
  for (Worker &worker : workers)
    finish(worker, /*timedOut=*/true);
}

void WorkerPool::runChild(size_t test, int pipe, const std::string &log) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // A signal shall end the child; printing its stack takes longer than most
  // tests.
  sys::unregisterHandlers();
  setenv("TMPDIR", scratch->str().str().c_str(), /*overwrite=*/1);
  if (int file = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      file >= 0) {
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    close(file);
  }
  std::string text = encode(run(test));
  for (StringRef rest = text; !rest.empty();) {
    ssize_t written = write(pipe, rest.data(), rest.size());
    if (written < 0 && errno != EINTR)
      _exit(1);
    rest = rest.drop_front(std::max<ssize_t>(written, 0));
  }
  // What the parent owns isn't the child's to destroy.
  _exit(0);
}

Error WorkerPool::start(size_t test) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC))
    return makeError("can't make a pipe");
  std::string log = (scratch->str() + "/log" + Twine(test)).str();
  pid_t pid = fork();
  if (pid == 0)
    runChild(test, ends[1], log);
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return makeError("can't start a process");
  }
  setpgid(pid, pid);
  workers.push_back({test, pid, ends[0],
                     Clock::now() + std::chrono::seconds(options.timeLimit),
                     std::move(log)});
  return Error::success();
}

/// False at the end of what \p worker writes.
bool WorkerPool::readSome(Worker &worker) {
  char buffer[4096];
  ssize_t size = read(worker.pipe, buffer, sizeof(buffer));
  if (size < 0)
    return errno == EINTR;
  worker.text.append(buffer, size);
  return size != 0;
}

/// The first line that says something.
static std::string readFirstLine(const std::string &path) {
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return {};
  return (*buffer)->getBuffer().trim().split('\n').first.str();
}

void WorkerPool::finish(Worker &worker, bool timedOut) {
  if (timedOut)
    kill(worker.pid, SIGKILL);
  int status = 0;
  while (waitpid(worker.pid, &status, 0) < 0 && errno == EINTR)
    ;
  // What it has started and left, an emulator for instance.
  kill(-worker.pid, SIGKILL);
  close(worker.pipe);
  std::optional<TestResult> result = decode(worker.text);
  if (!result || timedOut || status != 0) {
    std::string reason =
        timedOut
            ? "no end within " + std::to_string(options.timeLimit) + " seconds"
        : WIFSIGNALED(status)
            ? "ended by signal " + std::to_string(WTERMSIG(status)) + " (" +
                  strsignal(WTERMSIG(status)) + ")"
            : "ended with status " + std::to_string(WEXITSTATUS(status));
    if (std::string line = readFirstLine(worker.log); !line.empty())
      reason += ": " + line;
    result = {Outcome::Failed, std::move(reason)};
  }
  unlink(worker.log.c_str());
  results[worker.test] = std::move(*result);
}

Error WorkerPool::wait() {
  Clock::time_point first = Clock::time_point::max();
  std::vector<pollfd> files;
  for (const Worker &worker : workers) {
    files.push_back({worker.pipe, POLLIN, 0});
    first = std::min(first, worker.deadline);
  }
  auto left = std::chrono::ceil<std::chrono::milliseconds>(first - Clock::now())
                  .count();
  if (poll(files.data(), files.size(), std::max<int64_t>(left, 0)) < 0 &&
      errno != EINTR)
    return makeError("can't wait for tests");
  const Clock::time_point now = Clock::now();
  std::vector<Worker> running;
  for (auto [worker, file] : zip_equal(workers, files)) {
    const bool ended = file.revents && !readSome(worker);
    if (ended || now >= worker.deadline)
      finish(worker, !ended);
    else
      running.push_back(std::move(worker));
  }
  workers = std::move(running);
  return Error::success();
}

Expected<std::vector<TestResult>> WorkerPool::runAll() {
  auto created = TemporaryDirectory::create("onnc-conformance");
  if (!created)
    return created.takeError();
  scratch = std::move(*created);
  for (size_t next = 0; next != results.size() || !workers.empty();) {
    if (next != results.size() && workers.size() < options.jobs) {
      if (Error error = start(next++))
        return error;
    } else if (Error error = wait()) {
      return error;
    }
  }
  return std::move(results);
}

Expected<std::vector<TestResult>>
onnc::runInProcesses(size_t numTests, const WorkerOptions &options,
                     function_ref<TestResult(size_t)> run) {
  return WorkerPool(numTests, options, run).runAll();
}
