//===- onnc-memplan.cpp - Offsets for buffers with lifespans --------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#define ONNC_OPTIONS "onnc-memplan/Options.inc"
#include "onnc/CodeGen/MemoryPlanValidator.h"
#include "onnc/CodeGen/MemoryProblemFile.h"
#include "onnc/CodeGen/MemorySolver.h"
#include "onnc/CodeGen/SpillPlanner.h"
#include "onnc/Driver/OptionTable.h"
#include "onnc/Support/OutputFile.h"
#include "onnc/Support/Version.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace llvm::opt;
using namespace onnc;

namespace {

/// What a script can tell apart.
enum ExitCode { Success = 0, Failure = 1, Infeasible = 2, Unsolved = 3 };

using Clock = std::chrono::steady_clock;

int fail(const Twine &message, ExitCode code = Failure) {
  WithColor::error(errs(), "onnc-memplan") << message << '\n';
  return code;
}

int fail(Error error) { return fail(toString(std::move(error))); }

/// The value of an option that is a number, or nullopt, with the error printed.
std::optional<int64_t> getNumber(const InputArgList &args, OptSpecifier option,
                                 int64_t fallback) {
  const Arg *arg = args.getLastArg(option);
  int64_t value = fallback;
  if (arg &&
      (StringRef(arg->getValue()).getAsInteger(10, value) || value < 0)) {
    fail("'" + arg->getAsString(args) +
         "': expected a number that isn't negative");
    return std::nullopt;
  }
  return value;
}

/// What the options say of the search, which begins at \p start; nullopt, with
/// the error printed, where they say nonsense.
std::optional<MemorySolverOptions> getOptions(const InputArgList &args,
                                              Clock::time_point start) {
  MemorySolverOptions options;
  auto nodes = getNumber(args, OPT_node_limit_EQ, options.nodeBudget);
  if (!nodes)
    return std::nullopt;
  options.nodeBudget = args.hasArg(OPT_heuristics_only) ? 0 : *nodes;

  constexpr unsigned maxThreads = 256;
  StringRef threads = args.getLastArgValue(OPT_threads_EQ, "2");
  if (threads.getAsInteger(10, options.numThreads) || options.numThreads == 0 ||
      options.numThreads > maxThreads) {
    fail("'--threads=" + threads + "': expected a number from 1 to " +
         Twine(maxThreads));
    return std::nullopt;
  }

  // Longer than a clock can count is without a limit.
  constexpr double maxSeconds = 1e9;
  StringRef limit = args.getLastArgValue(OPT_time_limit_EQ, "60");
  double seconds;
  if (limit.getAsDouble(seconds) || !(seconds >= 0)) {
    fail("'--time-limit=" + limit + "': expected a number that isn't negative");
    return std::nullopt;
  }
  if (seconds > 0 && seconds < maxSeconds)
    options.deadline = start + std::chrono::duration_cast<Clock::duration>(
                                   std::chrono::duration<double>(seconds));
  return options;
}

void printStatistics(const MemoryProblem &problem,
                     const MemorySolution &solution, Clock::time_point start,
                     raw_ostream &os) {
  const MemoryPlan &plan = solution.plan;
  std::chrono::duration<double> seconds = Clock::now() - start;
  auto print = [&](StringRef name) -> raw_ostream & {
    return os << left_justify(name, 14);
  };
  print("buffers") << problem.buffers.size() << '\n';
  print("peak") << plan.peak << '\n';
  print("lower bound") << plan.lowerBound << '\n';
  print("gap") << plan.peak - plan.lowerBound
               << (plan.isOptimal() ? " (optimal)\n" : "\n");
  print("strategy") << plan.strategy << '\n';
  print("searches") << solution.numSearches << ", " << solution.numAnswers
                    << " of them with an answer\n";
  print("nodes") << solution.numNodes << '\n';
  print("seconds") << format("%.3f", seconds.count()) << '\n';
}

/// Says why there is no plan to write; Success where there is one.
int explain(const MemoryProblem &problem, const MemorySolution &solution,
            bool minimize) {
  const MemoryPlan &plan = solution.plan;
  if (minimize) {
    if (!plan.isOptimal())
      WithColor::warning(errs(), "onnc-memplan")
          << "the peak of " << plan.peak
          << " bytes isn't proven to be the least; the lower bound is "
          << plan.lowerBound << '\n';
    return Success;
  }
  if (solution.status == MemorySolution::Status::Infeasible)
    return fail("no plan fits into " + Twine(problem.capacity) +
                    " bytes: at least " + Twine(plan.lowerBound) +
                    " are needed",
                Infeasible);
  if (solution.status == MemorySolution::Status::Unknown)
    return fail("no plan for " + Twine(problem.capacity) +
                    " bytes was found within the limit; the best takes " +
                    Twine(plan.peak) + ", at least " + Twine(plan.lowerBound) +
                    " are needed",
                Unsolved);
  return Success;
}

//===----------------------------------------------------------------------===//
// Spilling
//===----------------------------------------------------------------------===//

/// Each buffer stays, or is there for its first and its last point in time
/// only, for a copy away and one back.
SpillProblem makeSpillProblem(const MemoryProblem &problem) {
  SpillProblem spills;
  spills.capacity = problem.capacity;
  for (const Buffer &buffer : problem.buffers) {
    SpillProblem::Storage storage;
    storage.size = alignTo(buffer.size, buffer.alignment);
    auto [lower, upper] = buffer.lifespan;
    storage.alternatives.push_back({0, {buffer.lifespan}});
    if (upper - lower > 2)
      storage.alternatives.push_back(
          {2.0 * double(buffer.size),
           {{lower, lower + 1}, {upper - 1, upper}}});
    spills.storages.push_back(std::move(storage));
  }
  return spills;
}

/// The buffers as they are with \p plan: two, "x" and "x+", where "x" is copied
/// away.
MemoryProblem applySpills(const MemoryProblem &problem,
                          const SpillProblem &spills, const SpillPlan &plan) {
  MemoryProblem result;
  result.capacity = problem.capacity;
  for (auto [i, buffer] : enumerate(problem.buffers)) {
    std::string id = buffer.id;
    for (const Lifespan &span :
         spills.storages[i].alternatives[plan.choice[i]].residence) {
      result.buffers.push_back(buffer);
      result.buffers.back().id = id;
      result.buffers.back().lifespan = span;
      id += "+";
    }
  }
  return result;
}

/// Makes \p problem one that fits, as the planner finds, for the fewest bytes
/// moved: sums that fit may leave holes, and then have to be smaller.
int spill(MemoryProblem &problem, const MemorySolverOptions &options,
          const InputArgList &args) {
  auto nodes = getNumber(args, OPT_spill_nodes_EQ, 20000);
  if (!nodes)
    return Failure;
  SpillProblem spills = makeSpillProblem(problem);
  constexpr unsigned maxTrials = 32;
  for (unsigned trial = 0; trial < maxTrials; ++trial) {
    auto plan = planSpills(spills, {*nodes});
    if (!plan)
      break;
    MemoryProblem smaller = applySpills(problem, spills, *plan);
    MemorySolution solution = fitMemory(smaller, options);
    if (solution.plan.peak > problem.capacity) {
      spills.capacity = plan->peak - (solution.plan.peak - problem.capacity);
      continue;
    }
    if (args.hasArg(OPT_stats))
      errs() << left_justify("spilled", 14)
             << smaller.buffers.size() - problem.buffers.size() << '\n'
             << left_justify("moved bytes", 14) << int64_t(plan->cost) << '\n'
             << left_justify("moved bound", 14) << int64_t(plan->lowerBound)
             << '\n'
             << left_justify("spill nodes", 14) << plan->numNodes << '\n';
    problem = std::move(smaller);
    return Success;
  }
  int64_t least = computeLeastCapacity(makeSpillProblem(problem));
  return fail("nothing that is copied away makes the rest fit into " +
                  Twine(problem.capacity) + " bytes; at least " + Twine(least) +
                  " are needed at one time",
              least > problem.capacity ? Infeasible : Unsolved);
}

int solve(MemoryProblem &problem, const InputArgList &args) {
  Clock::time_point start = Clock::now();
  bool minimize = !args.hasArg(OPT_capacity_EQ);
  auto capacity = getNumber(args, OPT_capacity_EQ, problem.capacity);
  auto options = getOptions(args, start);
  if (!capacity || !options)
    return Failure;
  problem.capacity = *capacity;
  if (args.hasArg(OPT_spill))
    if (int code = spill(problem, *options, args))
      return code;

  MemorySolution solution = minimize ? minimizeMemory(problem, *options)
                                     : fitMemory(problem, *options);
  if (args.hasArg(OPT_stats))
    printStatistics(problem, solution, start, errs());
  if (int code = explain(problem, solution, minimize))
    return code;
  if (Error error = validatePlan(problem, solution.plan))
    return fail(std::move(error));
  Error error =
      writeOutputFile(args.getLastArgValue(OPT_o, "-"), [&](raw_ostream &os) {
        writeMemoryPlan(problem, solution.plan, os);
        return Error::success();
      });
  return error ? fail(std::move(error)) : Success;
}

int run(const InputArgList &args) {
  std::vector<std::string> inputs = args.getAllArgValues(OPT_INPUT);
  if (inputs.size() != 1)
    return fail("expected one input file ('-' for standard input)");
  if (args.hasArg(OPT_capacity_EQ) && args.hasArg(OPT_minimize))
    return fail("'--capacity=' and '--minimize' exclude each other");
  if (args.hasArg(OPT_spill) && !args.hasArg(OPT_capacity_EQ))
    return fail("'--spill' needs '--capacity='");
  // Reading a device may never end.
  sys::fs::file_status status;
  if (inputs[0] != "-" && !sys::fs::status(inputs[0], status) &&
      (status.type() == sys::fs::file_type::character_file ||
       status.type() == sys::fs::file_type::block_file))
    return fail(inputs[0] + ": is a device");
  auto buffer = MemoryBuffer::getFileOrSTDIN(inputs[0], /*IsText=*/true);
  if (!buffer)
    return fail(inputs[0] + ": " + buffer.getError().message());
  Expected<MemoryProblem> problem =
      readMemoryProblem((*buffer)->getBuffer(), inputs[0]);
  return problem ? solve(*problem, args) : fail(problem.takeError());
}

} // namespace

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  ToolOptTable table;
  unsigned missing, missingCount;
  InputArgList args =
      table.ParseArgs(ArrayRef(argv, argc).drop_front(), missing, missingCount);
  if (missingCount)
    return fail(Twine("missing argument to '") + args.getArgString(missing) +
                "'");
  for (const Arg *arg : args.filtered(OPT_UNKNOWN))
    return fail("unknown option '" + arg->getAsString(args) + "'");
  if (args.hasArg(OPT_help)) {
    table.printHelp(outs(), "onnc-memplan [options] <file.csv>",
                    "Plans memory: gives buffers with lifespans offsets");
    return Success;
  }
  if (args.hasArg(OPT_version)) {
    outs() << "onnc " << getVersion() << '\n';
    return Success;
  }
  return run(args);
}
